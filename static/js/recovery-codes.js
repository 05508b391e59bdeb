// Recovery codes, once they are shown: as a file, or on paper.

const tools = document.querySelector("[data-codes-tools]");

if (tools) {
  tools.hidden = false;
  tools.querySelector("[data-codes-print]").addEventListener("click", () => window.print());
  tools.querySelector("[data-codes-save]").addEventListener("click", () => {
    const codes = [...document.querySelectorAll("[data-codes] code")].map((code) => code.textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([codes.join("\n") + "\n"], { type: "text/plain" }));
    link.download = "recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
