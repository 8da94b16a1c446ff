/** `node nginx-conf.ts FOLDER PORT SERVICE=PORT...`: the configuration of an nginx before a process for each service. */
import { configuration } from './nginx.ts';

const [folder, port, ...services] = process.argv.slice(2);
const ports = new Map(
  services.map((each) => {
    const [name = '', at = ''] = each.split('=');
    return [name, Number(at)] as const;
  }),
);
if (folder === undefined || !Number(port) || ports.size === 0 || [...ports.values()].some((at) => !at)) {
  throw new Error('usage: node nginx-conf.ts FOLDER PORT SERVICE=PORT...');
}
process.stdout.write(await configuration(folder, Number(port), { kind: 'by service', ports }));
