/** Base64 with the url-safe alphabet and without padding (RFC 4648, section 5). */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS_PER_CHARACTER = 6;
const BITS_PER_BYTE = 8;
const NO_VALUE = 0xff;
/** The value of each ASCII character, {@link NO_VALUE} for those outside the alphabet. */
const VALUES = new Uint8Array(128).fill(NO_VALUE);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Bytes as text. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << BITS_PER_BYTE) | byte) & 0xffff;
    bits += BITS_PER_BYTE;
    while (bits >= BITS_PER_CHARACTER) {
      bits -= BITS_PER_CHARACTER;
      text += ALPHABET.charAt((held >>> bits) & 0x3f);
    }
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (BITS_PER_CHARACTER - bits)) & 0x3f);
}

/** The bytes that became this text, null when none did: the text of given bytes is one and no other. */
export function decodeBase64Url(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * BITS_PER_CHARACTER) / BITS_PER_BYTE));
  let length = 0;
  let held = 0;
  let bits = 0;
  for (let position = 0; position < text.length; position++) {
    const value = VALUES[text.charCodeAt(position)] ?? NO_VALUE;
    if (value === NO_VALUE) return null;
    held = ((held << BITS_PER_CHARACTER) | value) & 0xffff;
    bits += BITS_PER_CHARACTER;
    if (bits >= BITS_PER_BYTE) {
      bits -= BITS_PER_BYTE;
      bytes[length++] = (held >>> bits) & 0xff;
    }
  }
  const rest = held & ((1 << bits) - 1);
  return bits < BITS_PER_CHARACTER && rest === 0 ? bytes : null;
}
