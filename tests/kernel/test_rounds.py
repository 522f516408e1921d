"""One entry's look at others: which of them meet on the axes compared by, no more and no fewer."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from airprox_kernel.rounds import WORD, Look, Round, any_meets, which_meet
from airprox_kernel.sweep import BLOCK, Axes, Grain, make_table

FAR = 100.0
ASKING = 1


def plain(function):
    """What is compiled into its callers alone is called here as plain Python."""
    return getattr(function, "py_func", function)


@st.composite
def rounds(draw):
    """An entry that looks at entries far from it, but for some at most that are close."""
    begin, count = draw(st.integers(0, 3)), draw(st.integers(1, 2 * WORD + 2))
    asking, asked = make_table(2, False), make_table(begin + count, False)
    asking.low[:, ASKING], asking.high[:, ASKING] = 2.0, 4.0
    asking.low[:, 0] = asking.high[:, 0] = -FAR
    asked.low[:] = asked.high[:] = FAR
    for _ in range(draw(st.integers(0, 3))):
        entry = draw(st.integers(0, begin + count + BLOCK - 1))
        for axis in range(3):
            asked.low[axis, entry], asked.high[axis, entry] = draw(
                st.sampled_from(((0.0, 1.0), (0.0, 2.0), (3.0, 3.0), (4.0, 9.0), (5.0, 9.0)))
            )
    axes = Axes(0, 1, 3, 2, deep=draw(st.booleans()), striped=False)
    turn = Round(0, axes, Grain(1.0, 0.0), 16, asking, asked, 0)
    return turn, Look(ASKING, -1, begin, begin + count)


def meeting(turn, axes):
    """Whether each entry that is asked meets on so many axes."""
    low, high = turn.asked.low[:axes].T, turn.asked.high[:axes].T
    mine = turn.asking.low[:axes, ASKING], turn.asking.high[:axes, ASKING]
    return np.all((low <= mine[1]) & (mine[0] <= high), axis=1)


@given(rounds())
def test_whole_blocks_are_asked_whether_any_of_them_meets(drawn):
    turn, look = drawn
    blocks = math.ceil((look.end - look.begin) / BLOCK)
    asked = meeting(turn, 3 if turn.axes.deep else 2)[look.begin : look.begin + blocks * BLOCK]
    assert asked.size == blocks * BLOCK
    assert plain(any_meets)(turn, look) == np.any(asked)


@given(rounds(), st.integers(0, 2 * WORD))
def test_a_word_tells_which_of_its_entries_meet(drawn, ahead):
    """Those from the end on never do."""
    turn, look = drawn
    begin = min(look.begin + ahead, look.end - 1)
    word = int(plain(which_meet)(turn, look, begin))
    expected = meeting(turn, 3)[begin : min(begin + WORD, look.end)]
    assert [bool(word >> k & 1) for k in range(expected.size)] == expected.tolist()
    assert word >> expected.size == 0
