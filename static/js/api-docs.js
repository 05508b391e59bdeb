// Draws the REST API's description. Nothing is fetched from elsewhere: the validator's badge is off.
const place = document.querySelector("#api-docs");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
});
