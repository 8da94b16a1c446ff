/** The room scene for the application: one class, and the shapes that go in and out of it. */
export { RoomScene } from './room-scene';
export type { Insets } from './camera';
export type { CarriedItem, PersonNote, SceneDrag, SceneEvents, SceneItem, SceneOptions, ScenePerson, SceneStats, Spot } from './types';
export type { Theme } from '../room/theme';
