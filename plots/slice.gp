# slice.gp - a metric against a parameter (harness/report/figure_slice.c has the numbers). Series k has the blocks 2(k - 1): means, and
# 2(k - 1) + 1: its seeds.

area_left = 58.0; area_width = width - area_left - 18.0
area_top = plot_top + 8.0; area_height = plot_height - 8.0 - 42.0
area_title = ''; area_x = x_label; area_y = y_label
@set_legend
@place
set border 3 linecolor rgb grey linewidth 0.8
set grid linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set ytics nomirror out scale 0.5 font small textcolor rgb black offset 0.6, 0
if (x_log) { set logscale x }
set xrange [x_low:x_high]
set yrange [y_low[1]:y_high[1]]
set ytics y_step[1]
set format y sprintf('%%.%df', y_decimals[1])
if (ticks > 0) {
	set xtics ('' x_low)
	do for [k = 1:ticks] { set xtics add (tick_text[k] tick_at[k]) }
} else {
	set format x '%g'
	if (!x_log) { set xtics x_step }
}
set errorbars 0.6
if (joined) {
	plot for [k = 1:series] data index 2 * k - 1 using 1:2 with points linestyle k pointsize 0.35 * point_unit, \
	     for [k = 1:series] data index 2 * k - 2 using 1:2:3:4 with yerrorlines linestyle k
} else {
	plot for [k = 1:series] data index 2 * k - 1 using 1:2 with points linestyle k
}
