# convergence.gp - best validation accuracy so far (harness/report/figure_convergence.c has the numbers). Block k - 1 is curve k: x, mean, low,
# high, seeds; curve_panel and curve_style say where and how it is drawn.

left = 56.0; right = 12.0; gap = 44.0; above = 20.0; below = 40.0
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
	area_title = panel_title[p]; area_x = 'epochs trained'; area_y = p == 1 ? 'best validation accuracy (%)' : ''
	@place
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	set xtics 0, x_step[p]
	set ytics y_step[p]
	set format y sprintf('%%.%df', y_decimals[p])
	plot for [k = 1:curves] data index k - 1 using (curve_panel[k] == p ? $1 : NaN):3:4 with filledcurves linecolor rgb series_band[curve_style[k]], \
	     for [k = 1:curves] data index k - 1 using (curve_panel[k] == p ? $1 : NaN):2 with lines linestyle curve_style[k]
	@end_legend
}
unset multiplot
