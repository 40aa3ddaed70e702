# sizes.gp - bytes of a trained network by what it is written as (harness/report/figure_sizes.c has the numbers). Panel p has two blocks of data from
# 2(p - 1) on: bars, the paper.

set style line 1 linecolor rgb vermilion linewidth 1.6 dashtype (5, 3)

left = 20 + 6.0 * row_title_width; right = 18.0; gap = 26.0; above = 22.0; below = 40.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend

set border 1 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set grid xtics linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set xrange [0:x_high]
set xtics x_step
set yrange [-rows - 0.6:-0.4]
set style fill solid noborder

do for [p = 1:panels] {
	area_left = left + (p - 1) * (area_width + gap)
	area_title = panel_title[p]; area_x = x_label; area_y = ''
	@place
	unset ytics
	if (p == 1) {
		set ytics scale 0 font small textcolor rgb black
		set ytics ('' 0)
		do for [r = 1:rows] { set ytics add (row_title[r] -r) }
	}
	b = 2 * (p - 1)
	plot data index b + 1 using 1:2:3:4:5:6 with boxxyerror fillcolor rgb pale, \
	     data index b using 1:2:3:4:5:6 with boxxyerror fillcolor rgb sky, \
	     data index b + 1 using 1:5:(0):($6 - $5) with vectors nohead linestyle 1, \
	     data index b using 7:2:(sprintf(' %.1f', $1)) with labels left font small
	@end_legend
}
unset multiplot
