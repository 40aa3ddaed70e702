# steps.gp - a metric by step, a line a series (harness/report/figure_steps.c has the numbers). Curve k has two blocks of data: 2k - 2 (x,
# mean, low, high, seeds) and 2k - 1 (x, value; a line a seed); curve_panel and curve_style say where and how it is drawn.

left = 64.0; right = 12.0; gap = 44.0; above = 20.0; below = 40.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend
set style fill solid noborder
set border 3 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set ytics nomirror out scale 0.5 font small textcolor rgb black offset 0.6, 0
set grid linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1

do for [p = 1:panels] {
	area_left = left + (p - 1) * (area_width + gap)
	area_title = panel_title[p]; area_x = x_label; area_y = p == 1 ? y_label : ''
	@place
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	set xtics 0, x_step[p]
	set ytics y_step[p]
	set format y sprintf('%%.%df', y_decimals[p])
	plot for [k = 1:curves] data index 2 * k - 2 using (curve_panel[k] == p ? $1 : NaN):3:4 with filledcurves linecolor rgb series_band[curve_style[k]], \
	     for [k = 1:curves] data index 2 * k - 1 using (seeds_too && curve_panel[k] == p ? $1 : NaN):2 with lines linecolor rgb series_band[curve_style[k]] linewidth 0.7 dashtype 1, \
	     for [k = 1:curves] data index 2 * k - 2 using (curve_panel[k] == p ? $1 : NaN):2 with lines linestyle curve_style[k]
	@end_legend
}
unset multiplot
