// Bytes and escapes.
//
// The runtime's regular expressions are Perl's: `$` also matches before a line feed at the end.
// So whatever must hold for a whole text goes through `whole`, or ends with `(?![\s\S])`.

const whole = (expression, text) => {
  const found = expression.exec(text);
  return found && found[0] === text;
};

// Characters beyond ASCII as the escapes of their UTF-8.
const toAscii = (text) => {
  return text.replace(/[^\x00-\x7f]+/g, encodeURIComponent);
};

const figureOf = (byte) => (byte < 58 ? byte - 48 : (byte & 7) + 9);

// Percent-decoded once, as a Buffer; undefined where an escape is bad.
const decode = (text) => {
  const bytes = Buffer.from(text);
  let length = 0;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) {
    return undefined;
  }
  for (let i = 0; i < bytes.length; i++) {
    bytes[length++] = bytes[i] === 37 ? figureOf(bytes[++i]) * 16 + figureOf(bytes[++i]) : bytes[i];
  }
  return bytes.subarray(0, length);
};

// Percent-decoded once, as text; undefined where an escape is bad or the bytes are no UTF-8.
const decodeUtf8 = (text) => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return undefined;
  }
};

// What a token's escapes mean; undefined where that is no UTF-8.
const unescaped = (value) => {
  return decodeUtf8(value.replace(/~/g, '%'));
};

const trimmed = (text) => {
  return text.replace(/^[ \t]+|[ \t]+(?![\s\S])/g, '');
};

// 1-10 figures, no leading zero, not 0.
const isNumber = (text) => {
  return whole(/^[1-9]\d{0,9}/, text);
};

// The members of a list that may not be there.
const membersOf = (value) => {
  return value ? value.split('!') : [];
};
