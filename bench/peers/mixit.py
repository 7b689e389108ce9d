"""MixIT as a PyTorch loop of the usual kind, for comparisons with configs/mixit-pool16k.yaml on the same sounds.

Excerpts, mixtures, separator, loss, optimiser and schedule are those of graphs/mixit.yaml: two excerpts of 2 s, the second
-5 to 5 dB over the first, one time in ten silent; 8 mixtures a batch; Adam with torch's OneCycleLR. All sound is held in
memory. Then MoMi, the SI-SDR of both stems, each made of the sources that go with it, over that of the mixture, on
mixtures by `./earshot scenes`. Needs torch, numpy, soundfile and ffmpeg.

    python mixit.py SOUNDS/pool16k --steps 3000 --mixtures scenes/drums-mixtures scenes/words-mixtures
"""
import argparse
import csv
import json
import subprocess
import time
from pathlib import Path

import numpy as np
import soundfile
import torch
from separator import Separator, mixit, ratio, ways

RATE, EXCERPT = 16000, 32000


def decoded(path):
    """[frames, channels]; by ffmpeg what libsndfile calls malformed (a few sounds of the pool)."""
    try:
        values, rate = soundfile.read(path, dtype='float32', always_2d=True)
    except soundfile.LibsndfileError:
        words = ['ffmpeg', '-v', 'error', '-i', path, '-f', 'f32le', '-ac', '1', '-ar', str(RATE), '-']
        return np.frombuffer(subprocess.run(words, check=True, capture_output=True).stdout, np.float32)[:, None]
    assert rate == RATE, path
    return values


def sound(path, at_least=EXCERPT):
    """Mono, without its mean, its peak at 1, repeated if it is short."""
    values = decoded(path).mean(1)
    values = np.resize(values, max(len(values), at_least))
    values = values - values.mean()
    return torch.from_numpy(values / (np.abs(values).max() + 1e-4))


def excerpt(clips, rng):
    clip = clips[rng.integers(len(clips))]
    start = rng.integers(len(clip) - EXCERPT + 1)
    return clip[start : start + EXCERPT]


def pair(clips, rng):
    first, second = excerpt(clips, rng), excerpt(clips, rng)
    # two silences have no ratio: the loss would be NaN, and every weight after it; 1e-37 squared is silence, too
    while first.square().sum() == 0:
        first = excerpt(clips, rng)
    if rng.random() < 0.1:
        return torch.stack([first, torch.zeros(EXCERPT)])
    gain = 10 ** (rng.uniform(-5, 5) / 20) * (first.square().sum() / second.square().sum()).sqrt()
    return torch.stack([first, second * gain if torch.isfinite(gain) and gain > 0 else second])


def si_sdr(estimate, reference):
    """Decibels; -30 at least, and for an estimate that is silent."""
    scale = (estimate * reference).sum() / reference.square().sum()
    target = (scale * reference).square().sum()
    if target == 0:
        return torch.tensor(-30.0)
    return (10 * torch.log10(target / (estimate - scale * reference).square().sum())).clamp(min=-30)


@torch.no_grad()
def momi(model, folder):
    """MoMi of each mixture of a folder, decibels."""
    improvements = []
    with open(folder / 'manifest.tsv', newline='') as manifest:
        rows = list(csv.DictReader(manifest, delimiter='\t'))
    for row in rows:
        stems = [soundfile.read(folder / stem, dtype='float32')[0] for stem in row['stems'].split(';') if stem]
        references = torch.from_numpy(np.stack(stems))
        mixture = references.sum(0)
        sources = model(mixture[None])[0]
        energy = references.square().sum(1)
        error = (references - ways @ sources).square().sum(2)
        made = ways[ratio(error, energy).sum(1).argmin()] @ sources
        gain = [si_sdr(one, stem) - si_sdr(mixture, stem) for one, stem in zip(made, references)]
        improvements.append(round(float(torch.stack(gain).mean()), 3))
    return improvements


def summary(values):
    """Mean, and its 95 % interval by 1,000 draws of as many mixtures."""
    draws = np.random.default_rng(0).choice(values, (1000, len(values))).mean(1)
    return {'momi': round(float(np.mean(values)), 2), 'interval': np.percentile(draws, [2.5, 97.5]).round(2).tolist()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('sounds', type=Path)
    arguments.add_argument('--steps', type=int, default=3000)
    arguments.add_argument('--seconds', type=float, default=float('inf'), help='ends training early')
    arguments.add_argument('--mixtures', type=Path, nargs='+', default=[])
    arguments.add_argument('--threads', type=int, default=2)
    arguments.add_argument('--seed', type=int, default=0)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    rng = np.random.default_rng(given.seed)
    clips = [sound(path) for path in sorted(given.sounds.rglob('*.ogg'))]
    model = Separator()
    measured = lambda: {folder.name: momi(model, folder) for folder in given.mixtures}
    report = {'untrained': {name: summary(values) for name, values in measured().items()}}
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, total_steps=given.steps + 1, pct_start=0.05)
    start = time.perf_counter()
    for step in range(1, given.steps + 1):
        references = torch.stack([pair(clips, rng) for _ in range(8)])
        optimiser.zero_grad()
        loss = mixit(model(references.sum(1)), references)
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            print(f'{step} {loss.item():.3f} {(time.perf_counter() - start) / step:.3f} s a step', flush=True)
        if time.perf_counter() - start > given.seconds:
            break
    seconds = time.perf_counter() - start
    report |= {'clips': len(clips), 'steps': step, 'seconds': round(seconds, 1)}
    trained = measured()
    report |= {'trained': {name: summary(values) for name, values in trained.items()}, 'each': trained}
    print(json.dumps(report))


if __name__ == '__main__':
    main()
