# pareto.gp - a metric against parameters or another of which less is better (harness/report/figure_pareto.c has the numbers). Panel p has series + 2 blocks: the paper, the front,
# then one a series.

left = 60.0; right = 22.0; gap = 50.0; above = 20.0; below = 40.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend
set border 3 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set ytics nomirror out scale 0.5 font small textcolor rgb black offset 0.6, 0
set grid linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set errorbars 0.6

do for [p = 1:panels] {
	area_left = left + (p - 1) * (area_width + gap)
	area_title = panel_title[p]; area_x = x_label; area_y = p == 1 ? y_label : ''
	@place
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	set xtics 0, x_step[p]
	set ytics y_step[p]
	set format y sprintf('%%.%df', y_decimals[p])
	b = (p - 1) * (series + 2)
	plot data index b + 1 using 1:2 with lines linecolor rgb grey linewidth 1 dashtype (1, 2), \
	     for [k = 1:series] data index b + 1 + k using 1:2:3:4 with yerrorbars linestyle k dashtype 1, \
	     data index b using 1:2 with points linestyle 9
	@end_legend
}
unset multiplot
