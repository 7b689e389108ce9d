/**
 * What besides a node's parameters decides the numbers of a log-mel spectrogram: part of every key of the feature
 * cache and of every checkpoint. To be changed whenever a change here moves them.
 */
export const FRONT_END_VERSION = 'decoding 2 | polyphase kaiser 64 float32 | fft.js 4.0 float64 | log-mel 1'
