/** Pictures people upload: sending one, what becomes of it, one's own picture. */
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { refusalFrom, ApiProblem } from './problem';
import { object, optional, some, text, whole, word } from './shapes';
import { uuid } from './uuid';

/** A picture that can be shown, in three sizes. */
export interface Picture {
  readonly id: string;
  /** What it shows, in words; may be empty. */
  readonly alt: string;
  readonly width: number;
  readonly height: number;
  readonly blurhash: string;
  readonly thumb: string;
  readonly small: string;
  readonly large: string;
}

export const assetStates = ['uploading', 'processing', 'ready', 'refused', 'taken_down'] as const satisfies readonly Wire['AssetState'][];

/** Something uploaded, on its way to being a picture. */
export interface Asset {
  readonly id: string;
  readonly state: (typeof assetStates)[number];
  /** Why it is no picture that can be shown. */
  readonly refusal: string | null;
  readonly alt: string;
  readonly picture: Picture | null;
}

export type Purpose = Wire['Purpose'];

export function picture(value: Raw<Wire['PictureBody']>): Picture {
  const fields = object(value, 'picture');
  return {
    id: text(fields.id, 'picture_id'),
    alt: text(fields.alt ?? '', 'alt'),
    width: whole(fields.width, 'width'),
    height: whole(fields.height, 'height'),
    blurhash: text(fields.blurhash ?? '', 'blurhash'),
    thumb: text(fields.thumb, 'thumb'),
    small: text(fields.small, 'small'),
    large: text(fields.large, 'large'),
  };
}

export function asset(value: Raw<Wire['AssetFields']>): Asset {
  const fields = object(value, 'asset');
  return {
    id: text(fields.id, 'asset_id'),
    state: word(fields.state, assetStates, 'processing'),
    refusal: optional(fields.refusal, (code) => text(code, 'refusal')),
    alt: text(fields.alt ?? '', 'alt'),
    picture: optional(fields.picture, picture),
  };
}

function assetIn(value: Raw<Wire['AssetBody']>): Asset {
  return asset(some(object(value, 'asset').asset, 'asset'));
}

export async function fetchAsset(id: string, signal?: AbortSignal): Promise<Asset> {
  return assetIn(await ask('GET /v1/assets/{id}', { path: { id } }, { signal }));
}

export async function removeAsset(id: string): Promise<void> {
  await ask('DELETE /v1/assets/{id}', { path: { id } });
}

interface Upload {
  readonly file: File;
  readonly purpose: Purpose;
  readonly alt?: string;
  /** What this upload is called, so that sending it again is the same one. */
  readonly once?: string;
  readonly signal?: AbortSignal;
  /** How much is sent, from 0 to 1. */
  progress?(part: number): void;
}

/** A line on which nothing moves for so long is dead; what was sent whole waits for its answer as long. */
const stallsAfterMs = 60_000;

/** `fetch` does not tell how far a body has come. */
export function upload({ file, purpose, alt = '', once = uuid(), signal, progress }: Upload): Promise<Asset> {
  const form = new FormData();
  // the server reads in order, and wants to know what comes before it comes
  form.append('purpose', purpose);
  if (alt !== '') {
    form.append('alt', alt);
  }
  form.append('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/v1/assets');
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('idempotency-key', once);
    let stalled = false;
    let watch = 0;
    const moving = (): void => {
      clearTimeout(watch);
      watch = window.setTimeout(() => {
        stalled = true;
        request.abort();
      }, stallsAfterMs);
    };
    request.addEventListener('loadend', () => clearTimeout(watch));
    request.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
      moving();
      if (lengthComputable && total > 0) {
        progress?.(loaded / total);
      }
    });
    request.addEventListener('load', () => {
      const body = parsed(request.responseText);
      if (request.status < 200 || request.status > 299) {
        reject(refusalFrom(request.status, body, request.getResponseHeader('retry-after')));
        return;
      }
      try {
        resolve(assetIn(body as Raw<Wire['AssetBody']>));
      } catch (error) {
        reject(error as Error);
      }
    });
    request.addEventListener('error', () => reject(new ApiProblem('network', 0)));
    request.addEventListener('abort', () => reject(stalled ? new ApiProblem('timeout', 0) : new DOMException('the upload was given up', 'AbortError')));
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    moving();
    request.send(form);
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // a proxy's page in front of the server
    return null;
  }
}

const looksAgainMs = [300, 600, 1000, 1500, 2000];
const triesMost = 60;

/** Asks until it is a picture or will never be one. */
export async function settled(first: Asset, signal?: AbortSignal, pause: (ms: number) => Promise<void> = rest): Promise<Asset> {
  let now = first;
  for (let tries = 0; now.state === 'uploading' || now.state === 'processing'; tries += 1) {
    if (tries === triesMost) {
      throw new ApiProblem('timeout', 0);
    }
    await pause(looksAgainMs[tries] ?? 2000);
    signal?.throwIfAborted();
    now = await fetchAsset(first.id, signal);
  }
  return now;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Shows an uploaded picture as one's own. */
export async function putAvatar(id: string): Promise<void> {
  await ask('PUT /v1/me/avatar', { body: { asset: id } });
}

export async function removeAvatar(): Promise<void> {
  await ask('DELETE /v1/me/avatar', {});
}
