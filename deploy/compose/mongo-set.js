// Joins the members of MongoDB's replica set and makes its users, once; does nothing where that is done. Runs on the first
// member's loopback, from which alone the first user can be made.
const { readFileSync } = require('node:fs');

const set = 'maru';
const members = ['mongo-1:27017', 'mongo-2:27017', 'mongo-3:27017'];
const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();

const local = new Mongo('mongodb://127.0.0.1:27017/?directConnection=true').getDB('admin');
const asRoot = () =>
  new Mongo(`mongodb://root:${secret('mongo_root_password')}@127.0.0.1:27017/?directConnection=true`).getDB('admin');

// Everybody may say hello, and a member that was joined names its set.
const joined = () => local.hello().setName !== undefined;

if (!joined()) {
  const config = { _id: set, members: members.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 })) };
  local.adminCommand({ replSetInitiate: config });
}

// Users are made by the primary. This member is preferred, so it becomes it soon, also after another one was for a while.
const end = Date.now() + 120_000;
while (!local.hello().isWritablePrimary) {
  if (Date.now() > end) throw new Error('this member has not become the primary within two minutes');
  sleep(500);
}

let admin;
try {
  admin = asRoot();
  admin.adminCommand({ ping: 1 });
} catch {
  // Nobody yet.
  local.createUser({ user: 'root', pwd: secret('mongo_root_password'), roles: ['root'] });
  admin = asRoot();
}

const users = [
  { db: 'maru', user: 'maru', pwd: secret('mongo_password'), roles: [{ role: 'readWrite', db: 'maru' }, { role: 'dbAdmin', db: 'maru' }] },
  { db: 'admin', user: 'watch', pwd: secret('mongo_watch_password'), roles: ['clusterMonitor', { role: 'read', db: 'local' }] },
];
for (const { db, ...user } of users) {
  const place = admin.getSiblingDB(db);
  if (place.getUser(user.user) === null) place.createUser(user);
}
print('the set is joined and its users are there');
