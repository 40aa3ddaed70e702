# curves.gp - learning curves: a panel a phase, a row of panels a series (harness/report/figure_curves.c has the numbers).
# Curve k has two blocks of data: 2k (x, mean, low, high, seeds) and 2k + 1 (x, value; a line a seed).

set style line 1 linecolor rgb blue linewidth 1.6 dashtype 1 pointtype 7 pointsize 0.45 * point_unit
set style line 2 linecolor rgb orange linewidth 1.6 dashtype (6, 3) pointtype 5 pointsize 0.45 * point_unit
set style line 3 linecolor rgb purple linewidth 1.6 dashtype (10, 3, 2, 3) pointtype 9 pointsize 0.5 * point_unit
set style line 4 linecolor rgb vermilion linewidth 1.6 dashtype (2, 2) pointtype 13 pointsize 0.5 * point_unit
set style line 5 linecolor rgb green linewidth 1.6 dashtype (4, 2, 1, 2) pointtype 4 pointsize 0.5 * point_unit
array seed_color[5] = [0x990072b2, 0x99e69f00, 0x99cc79a7, 0x99d55e00, 0x99009e73]
array band_color[5] = [0xcc0072b2, 0xcce69f00, 0xcccc79a7, 0xccd55e00, 0xcc009e73]
set style fill solid noborder

left = 54.0; right = 12.0; gap = 38.0; above = 36.0; below = 38.0
area_width = (width - left - right - gap * (panel_columns - 1)) / panel_columns
row_height = (plot_height) / panel_rows
area_height = row_height - above - below

set multiplot
@set_legend

set border 3 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set ytics nomirror out scale 0.5 font small textcolor rgb black offset 0.6, 0
set grid linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set xtics 1
set ytics 1

do for [p = 1:panels] {
	area_left = left + panel_column[p] * (area_width + gap)
	area_top = plot_top + panel_row[p] * row_height + above
	area_title = panel_title[p]
	area_x = panel_folds[p] ? 'fold' : 'epoch of the phase'
	area_y = panel_column[p] == 0 ? y_label : ''
	@place
	set label 404 panel_series[p] at screen x_at(area_left + area_width / 2.0), screen y_at(area_top - 23) center font normal
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	set xtics 0, x_step[p]
	set ytics y_step[p]
	set format y sprintf('%%.%df', y_decimals[p])
	plot for [k = panel_first[p]:panel_last[p]] data index 2 * k using 1:3:4 with filledcurves linecolor rgb band_color[curve_style[k + 1]], \
	     for [k = panel_first[p]:panel_last[p]] data index 2 * k + 1 using 1:2 with lines linecolor rgb seed_color[curve_style[k + 1]] linewidth 0.7 dashtype 1, \
	     for [k = panel_first[p]:panel_last[p]] data index 2 * k using 1:2 with linespoints linestyle curve_style[k + 1] pointinterval (panel_folds[p] ? 1 : 5)
	@end_legend
}
unset multiplot
