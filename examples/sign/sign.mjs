#!/usr/bin/env node
// sign.mjs KID HEX_SECRET SITE PATH EXP
// Prints a signed URL for the decoded path PATH, valid until EXP (Unix seconds).
import { createHmac } from "node:crypto";

const netstring = (s) => `${Buffer.byteLength(s)}:${s},`;

function sign(kid, secret, site, path, exp) {
  const text = `1~kid=${kid}~exp=${exp}`;
  const signed = ["countersign/1", site, text, path].map(netstring).join("");
  const sig = createHmac("sha256", Buffer.from(secret, "hex")).update(signed).digest("base64url");
  return `${escape(path)}?cs=${text}~sig=${sig}`;
}

// Every byte outside A-Z a-z 0-9 - . _ ~ / is %XX.
const hex = (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase();
function escape(path) {
  return encodeURIComponent(path).replaceAll("%2F", "/").replace(/[!'()*]/g, hex);
}

console.log(sign(...process.argv.slice(2)));
