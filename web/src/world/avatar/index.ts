/** Avatars: looks from the wardrobe, poses, and drawings of them. */
export * from './avatar';
export * from './pose';
export * from './wardrobe';
