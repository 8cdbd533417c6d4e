// oidc-provider as the issuer of the interop tests: on loopback, on a free port, until stdin ends.
//
// In: one line of JSON on stdin, {audience, client_id, client_secret, scopes, lifetime, default_scope}.
// Out: one line of JSON on stdout, {issuer}, when it answers.
//
// Two lines below are there for the course, and are marked: it says `audience`, as Auth0 does, where RFC 8707 says
// `resource`; and a client that asks for no scope gets all that it may have, as it does from Auth0 (RFC 6749 §3.3
// leaves both to the server).
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider, { errors } from "oidc-provider";

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit());
const [line] = await new Promise((resolve) => lines.once("line", (...words) => resolve(words)));
const { audience, client_id, client_secret, scopes, lifetime, default_scope } = JSON.parse(line);

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: "interop", alg: "RS256", use: "sig" };

const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  clients: [
    {
      client_id,
      client_secret,
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      scope: scopes.join(" "),
    },
  ],
  scopes,
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => ctx.oidc.body.audience, // for the course: `audience` stands for `resource`
      getResourceServerInfo: (ctx, resource) => {
        if (resource !== audience) throw new errors.InvalidTarget();
        if (default_scope) ctx.oidc.params.scope ??= scopes.join(" "); // for the course: all, if none is asked for
        return {
          audience,
          scope: scopes.join(" "),
          accessTokenFormat: "jwt",
          accessTokenTTL: lifetime,
          jwt: { sign: { alg: "RS256" } },
        };
      },
    },
  },
});
server.on("request", provider.callback());
console.log(JSON.stringify({ issuer }));
