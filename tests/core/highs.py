"""The oracle: the same packing as an integer programme, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import highspy

from daemon.core.seats import Plan, Request, lay_out


def optimum(requests: Sequence[Request]) -> int:
    """Return the cost of the best plan: a seat for each meeting, at most one meeting a cell."""
    board = lay_out(requests)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)  # noqa: FBT003
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(_programme(board.seats, board.moments - 1))
    solver.run()
    return round(solver.getInfo().objective_function_value)


def _programme(rows: Sequence[Plan], cells: int) -> highspy.HighsLp:
    seats = [(n, seat) for n, row in enumerate(rows) for seat in row]
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(seats), len(rows) + cells
    programme.col_cost_ = [float(seat.cost) for _, seat in seats]
    programme.col_lower_, programme.col_upper_ = [0.0] * len(seats), [1.0] * len(seats)
    programme.row_lower_ = [1.0] * len(rows) + [0.0] * cells
    programme.row_upper_ = [1.0] * (len(rows) + cells)
    programme.integrality_ = [highspy.HighsVarType.kInteger] * len(seats)
    columns = [[n, *range(len(rows) + s.start, len(rows) + s.end)] for n, s in seats]
    matrix = programme.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.index_ = [row for column in columns for row in column]
    matrix.value_ = [1.0] * len(matrix.index_)
    matrix.start_ = list(accumulate(map(len, columns), initial=0))
    return programme
