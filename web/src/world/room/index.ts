/** The room itself, without what stands or hangs in it. */
export * from './daylight';
export * from './measures';
export * from './shell';
export * from './theme';
