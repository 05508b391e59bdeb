"""An OpenID Connect provider on loopback that answers as real ones do: discovery, keys, codes with PKCE, userinfo."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "portal", "a client secret"


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeProvider:
    """`person` is who sits there; what a test sets otherwise is what goes wrong."""

    def __init__(self):
        self.key = self.signing_key = new_key()
        self.person = {"sub": "subject-1", "email": "l1@msp.example", "email_verified": True, "name": "Lee"}
        self.in_token, self.in_userinfo, self.in_discovery = {}, {}, {}
        self.algorithm, self.error, self.without_id_token = "RS256", None, False
        self.asked, self.codes, self.tokens, self.redeemed = [], {}, {}, []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    # what each address answers --------------------------------------------------------------------------------------

    def discovery(self):
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        known = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}
        return {
            "issuer": self.url, "jwks_uri": f"{self.url}/jwks", "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            **known, **self.in_discovery,
        }  # fmt: skip

    def jwks(self):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]}

    def authorize(self, query):
        """The person agrees at once; answers with the way back."""
        self.asked.append(query)
        if self.error:
            return f"{query['redirect_uri']}?{urlencode({'error': self.error, 'state': query['state']})}"
        code = token_urlsafe(12)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form):
        query = self.codes.pop(form.get("code"), None)
        if query is None or form.get("redirect_uri") != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET):
            return 401, {"error": "invalid_client"}
        made = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if query.get("code_challenge_method") != "S256" or made.decode().rstrip("=") != query.get("code_challenge"):
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        access = token_urlsafe(12)
        self.tokens[access] = True
        self.redeemed.append(form)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        return 200, answer if self.without_id_token else {**answer, "id_token": self.id_token(query)}

    def id_token(self, query):
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": query.get("nonce"),
            "sub": self.person["sub"], **self.in_token,
        }  # fmt: skip
        key = self.signing_key if self.algorithm.startswith("RS") else "a secret of some other kind, long enough"
        if self.algorithm == "none":
            key = None
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "k1"})

    def userinfo(self):
        return {**self.person, **self.in_userinfo}

    def _handler(provider):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                if url.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(query))
                    self.end_headers()
                elif url.path == "/userinfo" and self._bearer() not in provider.tokens:
                    self._say(401, {"error": "invalid_token"})
                else:
                    pages = {"/.well-known/openid-configuration": provider.discovery, "/jwks": provider.jwks}
                    self._say(200, {**pages, "/userinfo": provider.userinfo}[url.path]())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._say(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

            def _bearer(self):
                return self.headers.get("Authorization", "").removeprefix("Bearer ")

            def _say(self, status, answer):
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        return Handler
