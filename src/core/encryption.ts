import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from './errors.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** Sizes of the nonce and the tag for AES-GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Prefix of stored secrets. Another encryption method gets another prefix. */
const FORMAT = 'v1';
/** File in the data folder with the key, if no setting has it. */
const KEY_FILE = 'secret.key';

/** Encrypts secrets that must be read again, and binds them to what they are for. */
export interface Encryption {
  /**
   * Encrypts a secret. `thing` names what it is for, such as `registry example.org`; it can only be decrypted with the
   * same name.
   */
  seal(secret: string, thing: string): string;
  /** Decrypts a secret. @throws SECRET_UNREADABLE if it was sealed with another key or for another thing, or was changed */
  open(sealed: string, thing: string): string;
}

/**
 * Creates the encryption: AES-256-GCM with the key of BERTH_SECRET_KEY, or with a generated key in the data folder that
 * only its owner may read. Processes that share a database must share the key.
 * @throws CONFIG_INVALID for an invalid key
 */
export async function createEncryption({
  secretKey,
  dataDir,
}: {
  secretKey: string | undefined;
  dataDir: string;
}): Promise<Encryption> {
  const key = secretKey === undefined ? await keyInFile(dataDir) : readKey(secretKey, 'BERTH_SECRET_KEY');
  return {
    seal(secret, thing) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(thing));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [FORMAT, Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')].join('.');
    },

    open(sealed, thing) {
      try {
        const [format, encoded = ''] = sealed.split('.');
        if (format !== FORMAT) throw new Error(`the format "${format}" is not known`);
        const bytes = Buffer.from(encoded, 'base64url');
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(thing));
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (error) {
        throw fault('SECRET_UNREADABLE', { thing }, error);
      }
    },
  };
}

/** Reads 32 bytes written in hex or base64. */
function readKey(text: string, where: string): Buffer {
  const written = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(written) ? Buffer.from(written, 'hex') : Buffer.from(written, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw fault('CONFIG_INVALID', {
    problem: `${where} must be ${KEY_BYTES} bytes in base64 or hex, such as "openssl rand -base64 ${KEY_BYTES}" prints.`,
  });
}

async function keyInFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, KEY_FILE);
  const present = await readIfThere(path);
  if (present !== undefined) return readKey(present, path);
  await mkdir(dataDir, { recursive: true });
  // Creates the file atomically, and never replaces one that another process has just created.
  const made = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(made, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(made);
  }
  return readKey(await readFile(path, 'utf8'), path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
