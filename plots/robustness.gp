# robustness.gp - accuracy on corrupted test images (harness/report/figure_robustness.c has the numbers). Panel p has a block for each series: severity,
# mean, low, high, seeds.

left = 50.0; right = 12.0; gap = 36.0; above = 22.0; below = 42.0
area_width = (width - left - right - gap * (panel_columns - 1)) / panel_columns
row_height = plot_height / panel_rows
area_height = row_height - above - below

set multiplot
@set_legend
set style fill solid noborder
set border 3 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set ytics nomirror out scale 0.5 font small textcolor rgb black offset 0.6, 0
set grid linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1

do for [p = 1:panels] {
	column = (p - 1) % panel_columns
	area_left = left + column * (area_width + gap)
	area_top = plot_top + (p - 1) / panel_columns * row_height + above
	area_title = panel_title[p]; area_x = panel_unit[p]; area_y = column == 0 ? 'test accuracy (%)' : ''
	@place
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	set xtics 0, x_step[p]
	set format x sprintf('%%.%df', x_decimals[p])
	set ytics y_step[p]
	set format y sprintf('%%.%df', y_decimals[p])
	b = (p - 1) * series
	plot for [k = 1:series] data index b + k - 1 using 1:3:4 with filledcurves linecolor rgb series_band[k], \
	     for [k = 1:series] data index b + k - 1 using 1:2 with linespoints linestyle k
	@end_legend
}
unset multiplot
