"""WavCaps' CNN14-BERT once more, from modules of torch: makes tiny checkpoints of the true format.

Its module tree has the names of the public files; it runs a sound in one piece and captions padded
into one batch.
"""

from __future__ import annotations

from pathlib import Path

import torch
from tiny_models import make_bert
from torch import nn

from benchmark.encoders.ase import front_end

N_BERT_LAYERS = 12  # the true number, so that the names are the true ones
WIDTHS = (4, 4, 6, 8, 8, 16)
DIM = 12


class Holder(nn.Module):
    """Gives its parts names, no more."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


class Filters(nn.Module):
    def __init__(self):
        super().__init__()
        arrays = front_end.filters().values()
        cosines, sines, mel = (torch.from_numpy(array).float() for array in arrays)
        stft = Holder(
            conv_real=nn.Conv1d(1, 513, 1024, bias=False),
            conv_imag=nn.Conv1d(1, 513, 1024, bias=False),
        )
        stft.conv_real.weight.data, stft.conv_imag.weight.data = cosines, sines
        self.mel_trans = Holder(stft=stft)
        self.log_trans = Holder(melW=nn.Parameter(mel))

    def forward(self, waveform):
        stft = self.mel_trans.stft
        padded = torch.nn.functional.pad(waveform[None, None], (512, 512), mode="reflect")
        frames = padded[0, 0].unfold(0, 1024, 320)
        power = sum((frames @ c.weight[:, 0].T) ** 2 for c in (stft.conv_real, stft.conv_imag))
        return 10 * torch.log10((power @ self.log_trans.melW).clamp(min=1e-10))


class Block(nn.Module):
    def __init__(self, before, width):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)

    def forward(self, states):
        states = self.bn1(self.conv1(states)).relu()
        return nn.functional.avg_pool2d(self.bn2(self.conv2(states)).relu(), 2)


class Cnn14(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.bn0 = nn.BatchNorm2d(64)
        self.audio_feats_extractor = Filters()
        for number, (before, width) in enumerate(zip((1, *widths), widths, strict=False), 1):
            setattr(self, f"conv_block{number}", Block(before, width))

    def forward(self, waveform):
        states = self.audio_feats_extractor(waveform)[None, None]  # (1, 1, time, band)
        states = self.bn0(states.transpose(1, 3)).transpose(1, 3)
        for number in range(1, 7):
            states = getattr(self, f"conv_block{number}")(states)
        states = states.mean(dim=3)
        return states.amax(dim=2) + states.mean(dim=2)


class ReferenceAse(nn.Module):
    def __init__(self, bert_folder, widths=WIDTHS):
        from transformers import BertConfig, BertModel

        super().__init__()
        bert = BertModel(BertConfig.from_pretrained(bert_folder), add_pooling_layer=False)
        self.audio_encoder = Holder(audio_enc=Cnn14(widths))
        self.text_encoder = Holder(text_encoder=bert)
        self.audio_proj = nn.Sequential(nn.Linear(widths[-1], DIM), nn.ReLU(), nn.Linear(DIM, DIM))
        self.text_proj = nn.Sequential(nn.Linear(16, DIM), nn.ReLU(), nn.Linear(DIM, DIM))
        self.temp = nn.Parameter(torch.tensor(0.07))

    @torch.inference_mode()
    def embed_audio(self, waveform):
        row = self.audio_proj(self.audio_encoder.audio_enc(torch.from_numpy(waveform)))
        return nn.functional.normalize(row, dim=-1)[0].numpy()

    @torch.inference_mode()
    def embed_text(self, tokenizer, captions):
        batch = tokenizer(
            captions, padding="longest", truncation=True, max_length=30, return_tensors="pt"
        )
        states = self.text_encoder.text_encoder(**batch)[0][:, 0]
        return nn.functional.normalize(self.text_proj(states), dim=-1).numpy()


def make_ase(folder: Path, *, widths: tuple[int, ...] = WIDTHS, seed: int = 0) -> ReferenceAse:
    """Save ``ase.pt`` and, as ``bert-base-uncased``, the BERT that belongs to it.

    The filters are the true ones, all else is drawn; the batch normalisations too, so that none
    of their parameters can be left out unnoticed.
    """
    bert_folder = make_bert(folder / "bert-base-uncased", n_layers=N_BERT_LAYERS)
    torch.manual_seed(seed)
    reference = ReferenceAse(bert_folder, widths).eval()
    for module in reference.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.8, 1.6)
            module.bias.data.uniform_(-0.2, 0.4)
    reference.audio_encoder.audio_enc.bn0.running_mean.fill_(-30)  # of values in dB
    reference.audio_encoder.audio_enc.bn0.running_var.fill_(400)
    for layer in (*reference.audio_proj, *reference.text_proj):
        if isinstance(layer, nn.Linear):  # large, so that different inputs differ plainly
            nn.init.normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    save_checkpoint(folder / "ase.pt", reference.state_dict())
    return reference


def save_checkpoint(path: Path, state: dict[str, torch.Tensor]) -> None:
    """Save a state as WavCaps' training does, with what else it keeps there."""
    torch.save({"model": state, "optimizer": {}, "epoch": 15, "config": {"embed_size": 1024}}, path)
