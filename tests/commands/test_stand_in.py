"""Stand-ins: what a synthetic sample keeps of the real one, and that it copies nobody."""

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.special import ndtr

from practicework.commands import cli, stand_in
from practicework.numerics.seeds import generator
from practicework.stages.ingest import ingest, read
from practicework.study import load_study

RHO = np.array(
    [
        [1.0, 0.6, 0.3, -0.5],
        [0.6, 1.0, 0.2, -0.4],
        [0.3, 0.2, 1.0, 0.0],
        [-0.5, -0.4, 0.0, 1.0],
    ]
)
CUTS = {"a": [0.1, 0.3, 0.6, 0.9], "b": [0.4, 0.8], "c": [0.5]}


@pytest.fixture(scope="module")
def real():
    """3,000 answers to five, three and two categories and one quantity, with known correlations behind them."""
    rng = np.random.default_rng(5)
    z = rng.multivariate_normal(np.zeros(4), RHO, 3_000)
    answers = {name: np.digitize(ndtr(z[:, place]), cuts) + 1.0 for place, (name, cuts) in enumerate(CUTS.items())}
    frame = pd.DataFrame(answers | {"hours": np.exp(z[:, 3] / 3)})
    frame.loc[rng.random(3_000) < 0.1, "a"] = np.nan
    frame.loc[rng.random(3_000) < 0.02, "hours"] = np.nan
    return frame


def test_the_correlations_behind_the_answers_are_recovered(real):
    """Within .05 in 3,000 people (standard errors are below .03), though five, three and two categories hide them."""
    found = stand_in.latent_correlations(real.to_numpy())
    assert np.abs(found - RHO).max() < 0.05
    plain = real.rank().corr().to_numpy()  # without the correction they come out too small
    assert abs(plain[0, 1] - 0.6) > 0.08


def test_columns_keep_their_distributions_gaps_and_correlations(real, monkeypatch):
    """In 20,000 people, so that chance is below .01: proportions within .02, quantiles within 2 %, Pearson's r within .03.

    First draws alone: with so few answers most later ones would replace what is typical.
    """
    monkeypatch.setattr(stand_in, "ROUNDS", 1)
    made, _ = stand_in.simulate(real, 20_000, np.random.default_rng(1), list(real.columns))
    for name in CUTS:
        shares = [frame[name].value_counts(normalize=True).sort_index() for frame in (real, made)]
        assert np.abs(shares[0] - shares[1]).max() < 0.02, name
    points = [0.1, 0.25, 0.5, 0.75, 0.9]
    assert made["hours"].quantile(points).to_numpy() == pytest.approx(real["hours"].quantile(points).to_numpy(), rel=0.02)
    assert set(made["hours"].dropna()) <= set(real["hours"].dropna())
    assert made.isna().sum().tolist() == [round(20_000 * share) for share in real.isna().mean()]
    assert np.abs(made.corr() - real.corr()).to_numpy().max() < 0.03


def test_nobody_is_copied_where_there_is_room(new_items):
    """Ten items of five points: no synthetic row has all the answers of a real one, gaps counted as answers."""
    real = new_items(200, 10)
    real.iloc[3:20, 2] = np.nan
    made, copies = stand_in.simulate(real, 2_000, np.random.default_rng(2), list(real.columns))
    assert copies == 0
    rows = {tuple(row) for row in real.fillna(0).to_numpy()}
    assert not any(tuple(row) in rows for row in made.fillna(0).to_numpy())


@pytest.fixture
def new_items():
    """Makes answers to correlated five-point items."""

    def make(people: int, items: int) -> pd.DataFrame:
        rng = np.random.default_rng(9)
        z = rng.standard_normal((people, items)) + 1.5 * rng.standard_normal((people, 1))
        return pd.DataFrame(np.clip(np.round(3 + z / 2), 1, 5), columns=[f"i{number}" for number in range(items)])

    return make


def test_a_row_is_drawn_again_when_it_is_a_real_one(new_items, monkeypatch):
    """With two items most first draws are copies; without further rounds they would stay."""
    real = new_items(200, 2).query("i0 != i1")
    monkeypatch.setattr(stand_in, "ROUNDS", 1)
    _, first = stand_in.simulate(real, 100, np.random.default_rng(2), ["i0", "i1"])
    monkeypatch.undo()
    _, last = stand_in.simulate(real, 100, np.random.default_rng(2), ["i0", "i1"])
    assert first > 20
    assert last < first


def test_copies_that_cannot_be_avoided_are_counted():
    """One item with two answers: everybody answers as somebody did."""
    real = pd.DataFrame({"i0": [1.0, 2.0] * 20})
    assert stand_in.simulate(real, 30, np.random.default_rng(2), ["i0"])[1] == 30


def test_patchwork_correlations_are_made_positive_definite():
    """Pairs that no three variables could have, since each is from other people; a constant column goes with nothing."""
    gap = [np.nan] * 3
    up = [1.0, 2.0, 3.0]
    answers = np.array([up + up + gap, up + gap + up, [*gap, *up, 3.0, 2.0, 1.0], [1.0] * 9]).T
    found = stand_in.latent_correlations(answers)
    assert np.linalg.eigvalsh(found)[0] > 0
    assert np.diag(found) == pytest.approx(1)
    assert np.abs(found[3, :3]).max() < 1e-6
    made, _ = stand_in.simulate(pd.DataFrame(answers), 20, np.random.default_rng(1), [0])
    assert (made[3] == 1).all()


def test_the_same_seed_gives_the_same_people(new_items):
    real = new_items(50, 6)
    one, other, third = (
        stand_in.simulate(real, 50, generator(seed, "stand-in", "s"), list(real.columns))[0] for seed in (7, 7, 8)
    )
    pd.testing.assert_frame_equal(one, other)
    assert not one.equals(third)


@pytest.fixture
def study(writer):
    """A study of two scales and two variables, with forty answers and what screening reads."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(rng.integers(1, 6, (40, 3)), columns=["pride_1", "pride_2", "ease_1"])
    rows = rows.assign(id=[f"P{n}" for n in range(40)], age=rng.integers(20, 60, 40), years_in_job=rng.integers(0, 20, 40))
    rows = rows.assign(seconds=rng.integers(50, 400, 40), attention=rng.choice([3, 3, 3, 4], 40), name="Jane")
    for sample in ("s", "t"):
        rows.to_csv(writer.folder / f"data/raw/{sample}.csv", index=False)
    writer.load({"config.screening": {"duration": "seconds", "checks": {"attention": 3}, "exclude": ["checks"]}})
    return writer.folder


def test_the_command_writes_a_coded_synthetic_table(study, capsys):
    """Named by items and variables under running ids, with what screening reads and nothing else; it says what to add."""
    assert cli.main(["stand-in", str(study), "s"]) == 0
    told = capsys.readouterr().out
    assert "Wrote data/raw/s_synthetic.csv: 40 synthetic respondents. " in told
    assert "    stand_in: data/raw/s_synthetic.csv\n" in told
    made = pd.read_csv(study / "data/raw/s_synthetic.csv")
    names = ["respondent", "pride_1", "pride_2", "ease_1", "age", "years_in_job", "seconds", "attention"]
    assert made.columns.tolist() == names
    assert made["respondent"].tolist() == [f"R{number:04d}" for number in range(1, 41)]
    assert cli.main(["stand-in", str(study), "s"]) == 1
    assert "data/raw/s_synthetic.csv already exists" in capsys.readouterr().err


def test_ingest_reads_a_stand_in_as_it_reads_the_sample(study, capsys):
    """By the reader `coded`, screening included; total time and completion need no name in the config."""
    cli.main(["stand-in", str(study), "s", "--n", "25"])
    path = study / "config/config.yaml"
    config = yaml.safe_load(path.read_text())
    entry = {"file": "data/raw/s_synthetic.csv", "reader": "coded", "respondent": "respondent", "synthetic": "Drawn."}
    config["samples"]["s"] = entry
    path.write_text(yaml.safe_dump(config))
    loaded = load_study(study)
    found = ingest(read(loaded, "s"), loaded, "s")
    assert len(found.responses) == 25
    assert found.quality[["duration_seconds", "attention"]].notna().all().all()
    file = study / "data/raw/s_synthetic.csv"
    made = pd.read_csv(file).rename(columns={"seconds": "duration_seconds"}).assign(finished=[1, 0] * 12 + [1])
    made.to_csv(file, index=False)
    del config["screening"]["duration"]
    path.write_text(yaml.safe_dump(config))
    loaded = load_study(study)
    quality = ingest(read(loaded, "s"), loaded, "s").quality
    assert quality["finished"].tolist() == [1, 0] * 12 + [1]
    assert quality["duration_seconds"].tolist() == made["duration_seconds"].tolist()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Name one of the study's 2 samples (s, t)"),
        (["u"], "'u' is not a sample of this study; choose from s, t."),
        (["s", "--n", "0"], "--n is 0; give the number"),
    ],
)
def test_what_cannot_be_drawn_is_told(study, options, sentence, capsys):
    assert cli.main(["stand-in", str(study), *options]) == 1
    assert sentence in capsys.readouterr().err
    assert not list((study / "data/raw").glob("*_synthetic.csv"))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("data/raw/t.csv", "must contain 'synthetic'"),
        ("data/raw/no_synthetic.csv", "there is no such file"),
        ("synthetic.csv", "not inside data/raw/"),
    ],
)
def test_a_wrong_stand_in_is_told(study, value, sentence, capsys):
    path = study / "config/config.yaml"
    config = yaml.safe_load(path.read_text())
    config["samples"]["s"]["stand_in"] = value
    path.write_text(yaml.safe_dump(config))
    assert cli.main(["check", str(study)]) == 1
    assert sentence in capsys.readouterr().err


def test_a_stand_in_is_no_unused_file(study):
    cli.main(["stand-in", str(study), "s"])
    assert load_study(study).unused_raw_files == ["data/raw/s_synthetic.csv"]
    path = study / "config/config.yaml"
    path.write_text(
        path.read_text().replace("file: data/raw/s.csv", "file: data/raw/s.csv\n    stand_in: data/raw/s_synthetic.csv")
    )
    assert load_study(study).unused_raw_files == []
