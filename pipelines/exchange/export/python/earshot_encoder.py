"""The encoder behind the common API of HEAR (https://hearbenchmark.com): sound in, embeddings out.

Needs numpy and onnxruntime. Given torch tensors it gives torch tensors back, and its model is a torch module, as HEAR's
tools want it; without torch everything is numpy.

    import earshot_encoder as encoder
    model = encoder.load_model("encoder.onnx")
    scenes = encoder.get_scene_embeddings(sounds, model)          # sounds [n, samples] at model.sample_rate
    frames, milliseconds = encoder.get_timestamp_embeddings(sounds, model)
"""

import base64
import json
import os

import numpy as np
import onnxruntime

try:
    import torch

    _Base = torch.nn.Module
except ImportError:
    torch = None
    _Base = object

SCENE_HOP = 0.48
"""Seconds from patch to patch of a scene."""
TIMESTAMP_HOP = 0.05
"""Seconds from one timestamp to the next."""
_BATCH = 32


class Encoder(_Base):
    """What `load_model` gives."""

    def __init__(self, path):
        super().__init__()
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.card = json.loads(self.session.get_modelmeta().custom_metadata_map["encoder"])
        self.sample_rate = self.card["rate"]
        self.scene_embedding_size = self.card["embedding"]
        self.timestamp_embedding_size = self.card["embedding"]

    def embed(self, sound, starts):
        """Embeddings [len(starts), size] of the patches that begin at these samples of a mono sound."""
        values = self.encode(sound, starts)
        if "readout" not in self.card:
            return values
        whole = (0, self.card["frames"])
        return np.stack([_read_out(patch[None], [0], whole, self.card) for patch in values])

    def encode(self, sound, starts):
        """What the graph gives for those patches: the encoder's embeddings, or what the readout takes of its layers."""
        length = self.card["samples"]
        places = np.arange(length)[None, :] + np.asarray(starts)[:, None] - self.card["lead"]
        found = []
        for at in range(0, len(places), _BATCH):
            waveform = sound[_mirrored(places[at : at + _BATCH], len(sound))]
            output = "layers" if "readout" in self.card else "embedding"
            found.append(self.session.run([output], {"waveform": waveform})[0])
        return np.concatenate(found)

    def prepare(self, sound):
        """Repeats a short sound, takes its mean away and levels its peak, as in training."""
        sound = np.asarray(sound, np.float32)
        if len(sound) == 0:
            raise ValueError("the sound has no samples")
        if not np.isfinite(sound).all():
            raise ValueError("the sound holds samples that are not numbers (NaN or infinite)")
        if len(sound) < self.card["atLeast"]:
            sound = np.resize(sound, self.card["atLeast"])
        if self.card["normalise"] == "peak":
            centred = sound - sound.mean(dtype=np.float64)
            sound = centred / (np.abs(centred).max() + self.card["headRoom"])
        return sound.astype(np.float32)


def load_model(model_file_path=""):
    """The encoder in a file; `encoder.onnx` beside this module if none is named."""
    return Encoder(model_file_path or os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoder.onnx"))


def get_scene_embeddings(audio, model):
    """One embedding a sound, [n, size], of patches 0.48 s apart: their mean, or as the readout of the run has it."""
    return _like(audio, np.stack([_scene(sound, model) for sound in _sounds(audio)]))


def get_timestamp_embeddings(audio, model):
    """Embeddings [n, timestamps, size] of patches centred on times 50 ms apart, and the times [n, timestamps] in ms."""
    sounds = _sounds(audio)
    seconds = sounds.shape[1] / model.sample_rate
    times = np.arange(0, seconds, TIMESTAMP_HOP)
    middle = (model.card["frames"] - 1) * model.card["hop"] / 2
    starts = np.round(times * model.sample_rate - middle).astype(int)
    embeddings = np.stack([model.embed(model.prepare(sound), starts) for sound in sounds])
    milliseconds = np.tile(times * 1000, (len(sounds), 1)).astype(np.float32)
    return _like(audio, embeddings), _like(audio, milliseconds)


def _scene(sound, model):
    prepared = model.prepare(sound)
    hop, frames = model.card["hop"], model.card["frames"]
    step = max(1, round(SCENE_HOP * model.sample_rate / hop))
    last = max(0, 1 + len(prepared) // hop - frames)
    starts = np.arange(0, last + 1, step)
    values = model.encode(prepared, starts * hop)
    if "readout" not in model.card:
        return values.mean(axis=0, dtype=np.float64).astype(np.float32)
    reach = min(max(1, int(len(sound) / hop + 0.5)), starts[-1] + frames)
    return _read_out(values, starts, _sounding(values, starts, reach, model.card), model.card)


def _read_out(values, starts, sound, card):
    """Statistics over the frames that count, of what the layers make of patches that begin at these frames."""
    readout, numbers, at = card["readout"], [], 0
    for layer in readout["layers"]:
        frames, size = layer["frames"], layer["bands"] * layer["channels"]
        maps = values[:, at : at + frames * size].reshape(len(values), frames, size)
        rows = maps[_counting(np.asarray(starts), card["frames"], sound, frames)].astype(np.float64)
        at += frames * size
        for part in range(readout["parts"]):
            first = len(rows) * part // readout["parts"]
            end = max(first + 1, len(rows) * (part + 1) // readout["parts"])
            numbers += [_statistic(rows[first:end], name) for name in readout["time"]]
    return _fitted(np.concatenate(numbers), readout.get("fitted")).astype(np.float32)


def _statistic(rows, name):
    if name in ("mean", "max", "std"):
        return getattr(rows, name)(axis=0)
    return np.percentile(rows[:: -(-len(rows) // 4096)], float(name[1:]), axis=0)


def _sounding(values, starts, reach, card):
    """Where sound is: the frames at both ends that lie far below the loudest are left out."""
    levels = np.full(starts[-1] + card["frames"], -np.inf)
    for start, patch in zip(starts, values[:, -card["frames"] :]):
        levels[start : start + card["frames"]] = patch
    heard = np.flatnonzero(levels[:reach] > levels[:reach].max() - card["readout"]["silence"])
    return heard[0], heard[-1] + 1


def _counting(starts, length, sound, frames):
    """Which frames [patches, frames] count: each moment once, in the patch where it lies most central; one at least."""
    middle = starts[:, None] + (2 * np.arange(frames) + 1) * length / (2 * frames)
    borders = (starts[:-1] + starts[1:] + length) / 2
    own = (middle >= np.r_[-np.inf, borders][:, None]) & (middle < np.r_[borders, np.inf][:, None])
    counts = own & (middle >= sound[0]) & (middle < sound[1])
    if not counts.any():
        counts.flat[np.argmin(np.where(own, np.abs(middle - sum(sound) / 2), np.inf))] = True
    return counts


def _fitted(numbers, fitted):
    """The fitted step: standardised, then projected where there are components."""
    if fitted is None:
        return numbers
    mean, deviation, *components = np.frombuffer(base64.b64decode(fitted), "<f4").reshape(-1, len(numbers))
    whole = (numbers - mean) / deviation
    return np.stack(components) @ whole if components else whole


def _sounds(audio):
    sounds = audio.detach().cpu().numpy() if torch is not None and isinstance(audio, torch.Tensor) else np.asarray(audio)
    if sounds.ndim != 2:
        raise ValueError(f"expected sounds [n, samples], got the shape {list(sounds.shape)}")
    return sounds


def _like(audio, values):
    if torch is not None and isinstance(audio, torch.Tensor):
        return torch.from_numpy(values).to(audio.device)
    return values


def _mirrored(index, length):
    if length == 1:
        return np.zeros_like(index)
    within = index % (2 * (length - 1))
    return np.where(within < length, within, 2 * (length - 1) - within)
