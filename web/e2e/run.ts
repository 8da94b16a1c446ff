/** `npm run e2e [part of a name]`: all scenarios against the real server; the last line counts them. */
import { launch } from './browser.ts';
import { runAll, say } from './harness.ts';
import { access } from './scenarios/access.ts';
import { arranging } from './scenarios/arranging.ts';
import { decorating } from './scenarios/decorating.ts';
import { discovery } from './scenarios/discovery.ts';
import { docs } from './scenarios/docs.ts';
import { guestbook } from './scenarios/guestbook.ts';
import { keeping } from './scenarios/keeping.ts';
import { limits } from './scenarios/limits.ts';
import { moderation } from './scenarios/moderation.ts';
import { owning } from './scenarios/owning.ts';
import { people } from './scenarios/people.ts';
import { pictures } from './scenarios/pictures.ts';
import { posts } from './scenarios/posts.ts';
import { rooms } from './scenarios/rooms.ts';
import { settings } from './scenarios/settings.ts';
import { talking } from './scenarios/talking.ts';
import { together } from './scenarios/together.ts';
import { visiting } from './scenarios/visiting.ts';
import { visits } from './scenarios/visits.ts';

const browser = await launch();
const scenarios = [...visiting, ...talking, ...together, ...decorating, ...arranging, ...owning, ...limits, ...people, ...posts, ...pictures, ...discovery, ...settings, ...rooms, ...visits, ...guestbook, ...moderation, ...keeping, ...access, ...docs];
const { passed, failed } = await runAll(browser, scenarios, process.argv[2] ?? '');
await browser.close();
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
