/** A plain nginx before the nodes: round robin with no affinity, by room, or by service as deploy/ has it. */
import { access, readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess } from './process.ts';
import { freePort, untilTrue } from './ports.ts';

const template = fileURLToPath(new URL('../../deploy/chart/files/nginx.conf.template', import.meta.url));
const programs = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'];
const upWithinMs = 10_000;
const stopWithinMs = 5_000;

/** Where nginx is on this machine. */
export async function nginxProgram(): Promise<string | null> {
  for (const program of programs) {
    try {
      await access(program);
      return program;
    } catch {
      // it may be the next
    }
  }
  return null;
}

/** To whom a request goes. */
export type Policy =
  /** To one node after the other. */
  | { readonly kind: 'round robin'; readonly ports: readonly number[] }
  /** What is about one room to one node; everything else to one after the other. */
  | { readonly kind: 'by room'; readonly ports: readonly number[] }
  /** To the process of the service that answers, as the map of deploy/ says. */
  | { readonly kind: 'by service'; readonly ports: ReadonlyMap<string, number> };

const servers = (ports: readonly number[]): string => ports.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`).join(' ');

async function routes(policy: Policy): Promise<string> {
  switch (policy.kind) {
    case 'round robin':
      return `map $uri $maru_target { default all; }\n  upstream all { ${servers(policy.ports)} }`;
    case 'by room':
      return [
        'map $uri $maru_room { ~^/v1/rooms/(?<room>[^/]+) $room; default ""; }',
        'map $maru_room $maru_target { "" all; default room; }',
        `upstream all { ${servers(policy.ports)} }`,
        `upstream room { hash $maru_room consistent; ${servers(policy.ports)} }`,
      ].join('\n  ');
    case 'by service': {
      const [map] = /map \$uri \$maru_service \{[^}]*\}/u.exec(await readFile(template, 'utf8')) ?? [];
      if (map === undefined) throw new Error(`${template} says no more which service answers`);
      const upstreams = [...policy.ports].map(([service, port]) => `upstream ${service} { ${servers([port])} }`);
      // the development identity provider, which is not there in production, remembers what it gave out where it did
      const own = map.replace('$maru_service {', '$maru_target {\n        ~^/dev/ auth;');
      return [own, ...upstreams].join('\n  ');
    }
  }
}

export async function configuration(folder: string, port: number, policy: Policy): Promise<string> {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`);
  return `
daemon off;
worker_processes 1;
pid ${join(folder, 'pid')};
error_log ${join(folder, 'error.log')} warn;
events { worker_connections 4096; }
http {
  ${paths.join('\n  ')}
  access_log off;
  map_hash_bucket_size 128;
  ${await routes(policy)}
  map $http_upgrade $maru_connection { default upgrade; "" ""; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 65m;
    # The development identity provider answers this machine alone, and no proxy but this one, which serves no other.
    location /dev/ {
      proxy_pass http://$maru_target;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
    }
    location / {
      proxy_pass http://$maru_target;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $maru_connection;
      proxy_connect_timeout 2s;
      proxy_read_timeout 60s;
      proxy_send_timeout 60s;
      proxy_buffering off;
    }
  }
}
`;
}

export class Nginx {
  readonly url: string;
  readonly #process: ManagedProcess;

  private constructor(url: string, managed: ManagedProcess) {
    this.url = url;
    this.#process = managed;
  }

  /** Listens on a free port, or on one that was promised before. */
  static async start(folder: string, policy: Policy, promised?: number): Promise<Nginx> {
    const program = await nginxProgram();
    if (program === null) throw new Error('nginx is not on this machine: apt-get install nginx');
    const port = promised ?? (await freePort());
    const own = join(folder, `nginx-${port}`);
    await mkdir(own, { recursive: true });
    const file = join(own, 'nginx.conf');
    await writeFile(file, await configuration(own, port, policy));
    const managed = new ManagedProcess({ program, args: ['-p', own, '-c', file], logFile: join(own, 'log') });
    managed.start();
    const nginx = new Nginx(`http://127.0.0.1:${port}`, managed);
    const answers = async (): Promise<boolean> => {
      if (!managed.isRunning) throw new Error(`nginx has ended: ${await managed.words()}`);
      return fetch(`${nginx.url}/healthz`).then(
        () => true,
        () => false,
      );
    };
    await untilTrue(() => 'nginx answers', answers, upWithinMs);
    return nginx;
  }

  async stop(): Promise<void> {
    await this.#process.terminate(stopWithinMs);
  }
}
