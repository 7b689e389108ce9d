"""Whether two files hold one recording, by their waveforms alone: NumPy and SciPy, nothing of Earshot. Reads a JSON
list of pairs of paths, prints a JSON list of {same, said}. Python with numpy, scipy, soundfile; ffmpeg for what
libsndfile cannot read.

Both are cross-correlated over all lags at 16 kHz (spectra whitened by a first difference, lags between samples by
turning phases). At the best lag they are cut into frames of 32 ms: in one recording the waveforms of nearly all frames
agree at that single lag, up to gain and polarity, below 4 kHz; two strokes of one drum, or one note twice, do not.
"""

import json
import subprocess
import sys
from math import gcd

import numpy as np
import soundfile
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.signal import resample_poly

RATE = 16000
BAND = (60, 4000)
FRAME = 512
QUIET = 1e-3  # of the loudest frame
# median and lowest decile of the frames' correlations; strokes of one drum at two velocities reach 0.89 and 0.81
TYPICAL, POOREST = 0.9, 0.72


def load(path):
    try:
        samples, rate = soundfile.read(path, always_2d=True)
    except soundfile.LibsndfileError:
        words = ['ffmpeg', '-v', 'error', '-i', path, '-f', 'f32le', '-ac', '1', '-ar', str(RATE), '-']
        raw = subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout
        return np.frombuffer(raw, '<f4').astype(float)
    common = gcd(RATE, rate)
    return resample_poly(samples.mean(1), RATE // common, rate // common)


def spectrum(samples, length):
    frequency = rfftfreq(length, 1 / RATE)
    return rfft(samples, length) * ((frequency >= BAND[0]) & (frequency < BAND[1])) * np.sin(np.pi * frequency / RATE)


def best_lag(a, b):
    """The lag at which a[t] agrees best with b[t + lag], over at least half of the shorter one or half a second."""
    length = next_fast_len(len(a) + len(b))
    a, b = (irfft(spectrum(x, length), length)[: len(x)] for x in (a, b))
    product = irfft(np.conj(rfft(a, length)) * rfft(b, length), length)
    lags = np.r_[np.arange(len(b)), np.arange(1 - len(a), 0)]
    start, end = np.maximum(0, -lags), np.minimum(len(a), len(b) - lags)
    left, right = (np.r_[0, np.cumsum(x * x)] for x in (a, b))
    energies = left[end] - left[start], right[end + lags] - right[start + lags]
    long = end - start >= min(len(a), len(b), RATE) / 2 - 1
    loud = (energies[0] > 0.02 * left[-1]) & (energies[1] > 0.02 * right[-1])
    agreement = np.abs(product[lags]) / np.sqrt(np.maximum(energies[0] * energies[1], 1e-30))
    return lags[np.argmax(np.where(long & loud, agreement, 0))]


def judged(a, b):
    lag = best_lag(a, b)
    start, end = max(0, -lag), min(len(a), len(b) - lag)
    a, b = a[start:end], b[start + lag : end + lag]
    length = next_fast_len(len(a) + FRAME)
    left, right = spectrum(a, length), spectrum(b, length)
    turn = 2j * np.pi * rfftfreq(length)
    cross = np.conj(left) * right
    fractions = np.arange(-24, 25) / 16
    agreement = [np.real(np.sum(cross * np.exp(turn * fraction))) for fraction in fractions]
    best = int(np.argmax(np.abs(agreement)))
    whole = agreement[best] / np.sqrt(np.sum(np.abs(left) ** 2) * np.sum(np.abs(right) ** 2))
    a = irfft(left, length)[: len(a)]
    b = np.sign(whole) * irfft(right * np.exp(turn * fractions[best]), length)[: len(a)]
    starts = range(0, max(1, len(a) - FRAME + 1), FRAME // 2)
    x, y, both = np.array([(p @ p, q @ q, p @ q) for p, q in ((a[s : s + FRAME], b[s : s + FRAME]) for s in starts)]).T
    heard = (x > QUIET * x.max()) & (y > QUIET * y.max())
    frames = both[heard] / np.sqrt(x[heard] * y[heard]) if heard.any() else np.zeros(1)
    typical, poorest = np.quantile(frames, [0.5, 0.1])
    same = bool(typical >= TYPICAL and poorest >= POOREST)
    where = f'{len(a) / RATE:.2f} s at {lag / RATE:.3f} s'
    said = f'correlation {abs(whole):.3f} over {where}; frames {typical:.2f}, lowest decile {poorest:.2f}'
    return {'same': same, 'said': said}


if __name__ == '__main__':
    with open(sys.argv[1]) as file:
        pairs = json.load(file)
    json.dump([judged(load(a), load(b)) for a, b in pairs], sys.stdout)
