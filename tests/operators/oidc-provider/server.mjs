// A certified OpenID provider as a mobile operator: `node server.mjs KEY CERT` (PEM files) listens on any free port of
// loopback and prints {"issuer"}. The person is played by a browser on its page, or for CIBA by POST /test/handset.

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider, { errors } from 'oidc-provider';

const [, , key, cert] = process.argv;
const RETURN = 'https://pay.taipei/app/verified';
const nonceSecret = randomBytes(32);
const cookieKeys = [randomBytes(16).toString('hex')];
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// Who subscribes, by the pseudonym that tokens carry.
const subscribers = new Map();
function subscriber(msisdn) {
  const sub = sha256(`subscriber ${msisdn}`).slice(0, 32);
  subscribers.set(sub, msisdn);
  return sub;
}

function newKeys(generation) {
  const jwk = (kind, options, alg) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: 'jwk' }), kid: `${alg}-${generation}`, alg, use: 'sig' };
  };
  return [
    jwk('rsa', { modulusLength: 2048 }, 'RS256'),
    jwk('rsa', { modulusLength: 2048 }, 'PS256'),
    jwk('ec', { namedCurve: 'P-256' }, 'ES256'),
  ];
}

const phone = (alg) => ({
  client_id: `phone-${alg.toLowerCase()}`,
  token_endpoint_auth_method: 'none',
  redirect_uris: [RETURN],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: alg,
  dpop_bound_access_tokens: true,
});

const waiting = [];

function start(issuer, keys) {
  const provider = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: cookieKeys },
    clients: [
      phone('RS256'),
      phone('PS256'),
      phone('ES256'),
      {
        client_id: 'platform',
        client_secret: 'a-secret/of+the%platform',
        redirect_uris: [],
        response_types: [],
        grant_types: ['urn:openid:params:grant-type:ciba'],
        backchannel_token_delivery_mode: 'poll',
      },
    ],
    scopes: ['openid', 'mc_authn', 'mc_authz'],
    acrValues: ['2', '3'],
    claims: { openid: ['sub', 'hashed_login_hint'], acr: null, amr: null, auth_time: null },
    conformIdTokenClaims: false,
    rotateRefreshToken: true,
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'],
      dPoPSigningAlgValues: ['ES256'],
    },
    findAccount: (ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, hashed_login_hint: sha256(`MSISDN:${subscribers.get(sub)}`) }),
    }),
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      dPoP: { enabled: true, nonceSecret, requireNonce: () => true },
      ciba: {
        enabled: true,
        deliveryModes: ['poll'],
        processLoginHint: (ctx, hint) => {
          const msisdn = /^MSISDN:(8869\d{8})$/.exec(hint)?.[1];
          return msisdn && !msisdn.endsWith('404') ? subscriber(msisdn) : undefined;
        },
        triggerAuthenticationDevice: (ctx, request) => { waiting.push(request.jti); },
        validateRequestContext: () => {},
        validateBindingMessage: () => {},
        verifyUserCode: () => {},
      },
    },
  });
  return provider;
}

let provider;
let generation = 1;
let keys = newKeys(generation);

async function agree(accountId, clientId) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid mc_authn mc_authz');
  return grant.save();
}

async function page(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const msisdn = /^MSISDN:(\d+)$/.exec(params.login_hint)?.[1];
  if (request.method === 'POST') {
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = new URLSearchParams(body).get('answer');
    if (answer === 'no') {
      return provider.interactionFinished(request, response, { error: 'access_denied' });
    }
    const accountId = subscriber(answer === 'other' ? '886900000018' : msisdn);
    const [acr, amr] = answer === 'weak' ? ['2', ['HDR']] : ['3', ['SIM_PIN']];
    const login = { accountId, acr, amr };
    const consent = { grantId: await agree(accountId, params.client_id) };
    return provider.interactionFinished(request, response, { login, consent });
  }
  const button = (value, text) => `<button name="answer" value="${value}">${text}</button>`;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><title>Operator</title><form method="post">
    ${button('yes', 'SIM PIN')} ${button('weak', 'network only')} ${button('other', 'another SIM')} ${button('no', 'no')}
  </form>`);
}

const control = {
  // New keys sign from now on; the old ones stay in the set.
  '/test/rotate': () => {
    generation += 1;
    keys = [...newKeys(generation), ...keys];
    provider = start(provider.issuer, keys);
  },
  '/test/approve': async () => {
    const request = await provider.BackchannelAuthenticationRequest.find(waiting.pop());
    const grant = await agree(request.accountId, request.clientId);
    const authTime = Math.floor(Date.now() / 1000);
    await provider.backchannelResult(request, grant, { acr: '3', amr: ['SIM_PIN'], authTime });
  },
  '/test/deny': () => provider.backchannelResult(waiting.pop(), new errors.AccessDenied()),
};

const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, async (request, response) => {
  try {
    const { pathname } = new URL(request.url, provider.issuer);
    if (control[pathname]) {
      await control[pathname]();
      return response.writeHead(204).end();
    }
    if (pathname.startsWith('/interaction/')) return await page(request, response);
    return await provider.callback()(request, response);
  } catch (error) {
    console.error(error);
    return response.writeHead(500).end();
  }
});

server.listen(0, '127.0.0.1', () => {
  provider = start(`https://localhost:${server.address().port}`, keys);
  console.log(JSON.stringify({ issuer: provider.issuer }));
  // One line is read of standard output, and no more.
  console.info = console.error;
});
// Whoever started it ends it by going away.
process.stdin.on('end', () => process.exit()).resume();
