/**
 * `{ set: 'nodes.mel.bands=128' }`, `{ without: 'mixed' }`, `{ swap: 'masked=random-resized-crop{area: [0.5, 1]}' }`.
 *
 * `folder`: of the file that says so, from which relative names of files count; from here if absent.
 */
export type Edit = ({ set: string } | { without: string } | { swap: string }) & { folder?: string }
