// What SDKs that we did not write say: one question a line on standard input, one answer a line on standard output, both
// JSON. Where a business has no SDK, Node's own crypto library (OpenSSL) or node-forge answers. README.md says which.
'use strict';

const crypto = require('node:crypto');
const readline = require('node:readline');

const { ECPayPayment } = require('@rytass/payments-adapter-ecpay');
const ECPayHelper = require('ecpay_aio_nodejs/lib/ecpay_payment/helper.js');
const { NewebpayClient } = require('newebpay-mpg-sdk');
const nodeNewebpay = require('node-newebpay');
const forge = require('node-forge');

// One of the SDKs prints what it signs.
console.log = () => {};

const mpg = ({ key, iv, merchant }) =>
  new NewebpayClient({ env: 'sandbox', merchantId: merchant ?? '1', hashKey: key, hashIV: iv });

const rytass = ({ key, iv, merchant }) => {
  const sdk = Object.create(ECPayPayment.prototype);
  return Object.assign(sdk, { hashKey: key, hashIv: iv, merchantId: merchant ?? '1' });
};

const parsed = new Map();
const privateKey = (pem) => parsed.get(pem) ?? parsed.set(pem, crypto.createPrivateKey(pem)).get(pem);

// OpenSSL 3 in Node refuses this padding in one step: the private key's operation is its own, the padding is RFC 8017's
// (section 7.2.2): 00 02, eight or more bytes that are not 00, 00, and the message.
function aesKeyOf({ private_key, api_key }) {
  const key = { key: privateKey(private_key), padding: crypto.constants.RSA_NO_PADDING };
  const raw = crypto.privateDecrypt(key, Buffer.from(api_key, 'base64'));
  const end = raw.indexOf(0, 2);
  if (raw[0] !== 0 || raw[1] !== 2 || end < 10) throw new Error('not PKCS #1 v1.5');
  return raw.subarray(end + 1).toString('latin1');
}

function aes128(key, iv, sealed) {
  const decipher = crypto.createDecipheriv('aes-128-cbc', Buffer.from(key, 'base64'), iv);
  return decipher.update(sealed, 'base64', 'utf8') + decipher.final('utf8');
}

const answers = {
  // O'Pay
  check_mac: (q) => rytass(q).addMac(q.fields).CheckMacValue,
  check_mac_is_right: (q) => rytass(q).checkMac(q.fields),
  check_mac_ecpay: (q) => {
    const helper = new ECPayHelper({
      OperationMode: 'Test',
      MercProfile: { MerchantID: '1', HashKey: q.key, HashIV: q.iv },
      IgnorePayment: [],
      IsProjectContractor: false,
    });
    return helper.gen_chk_mac_value(q.fields);
  },
  // NewebPay
  seal: (q) => {
    const info = mpg(q).buildTradeInfo(q.fields);
    return { info, sha: mpg(q).buildTradeSha(info) };
  },
  seal_text: (q) => {
    const info = mpg(q).encryptAESString(q.text);
    return { info, sha: mpg(q).buildTradeSha(info) };
  },
  seal_padded_to_32: (q) => {
    const sdk = nodeNewebpay(q.key, q.iv);
    const info = sdk.TradeInfo(q.fields).encrypt();
    return { info, sha: sdk.TradeInfo(info).TradeSha() };
  },
  open: (q) => {
    if (mpg(q).buildTradeSha(q.info) !== q.sha) throw new Error('TradeSha');
    return mpg(q).decryptAESString(q.info);
  },
  check_value: (q) => mpg(q).buildCheckValue(q.fields),
  check_code: (q) => mpg(q).buildCheckCode(q.fields),
  // JKOPAY
  hmac: (q) => crypto.createHmac('sha256', q.key).update(q.text, 'utf8').digest('hex'),
  // E.SUN
  sha: (q) => crypto.createHash('sha256').update(q.text + q.key, 'utf8').digest('hex'),
  // Scan2Pay
  open_envelope: (q) => aes128(aesKeyOf(q), q.iv, q.request),
  make_keys: () => {
    const keys = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      public_key: keys.publicKey.export({ type: 'spki', format: 'pem' }),
    };
  },
  open_envelope_forge: (q) => {
    const key = forge.pki.privateKeyFromPem(q.private_key).decrypt(forge.util.decode64(q.api_key), 'RSAES-PKCS1-V1_5');
    const decipher = forge.cipher.createDecipher('AES-CBC', forge.util.decode64(key));
    decipher.start({ iv: q.iv });
    decipher.update(forge.util.createBuffer(forge.util.decode64(q.request)));
    if (!decipher.finish()) throw new Error('padding');
    return forge.util.decodeUtf8(decipher.output.getBytes());
  },
  seal_answer: (q) => {
    const cipher = crypto.createCipheriv('aes-128-cbc', Buffer.from(aesKeyOf(q), 'base64'), q.iv);
    return cipher.update(q.text, 'utf8', 'base64') + cipher.final('base64');
  },
  sign: (q) => crypto.createSign('RSA-SHA256').update(q.text, 'utf8').sign(privateKey(q.private_key), 'base64'),
};

readline.createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', (line) => {
  let answer;
  try {
    const question = JSON.parse(line);
    answer = { answer: answers[question.ask](question) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
