# latency.gp - distributions of the time of one call (harness/report/figure_latency.c has the numbers). Panel p has rows + 1 blocks of data: the
# outline of each row, then the quantiles.

set style line 1 linecolor rgb black pointtype 13 pointsize 0.8 * point_unit
set style line 2 linecolor rgb black linewidth 2.4
set style line 3 linecolor rgb black linewidth 1

left = 20 + 6.0 * row_title_width; right = 18.0; gap = 26.0; above = 22.0; below = 44.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend

set border 1 linecolor rgb grey linewidth 0.8
set logscale x
set xrange [x_low:x_high]
# Labels at 1, 2 and 5 times powers of ten, and more of them on an axis that spans less than one decade.
digits = x_high / x_low >= 10 ? '1 2 5' : x_high / x_low >= 3 ? '1 1.5 2 3 4 5 7' : \
	'1 1.1 1.2 1.3 1.4 1.6 1.8 2 2.2 2.5 2.8 3.1 3.5 4 4.5 5 5.5 6.2 7 8 9'
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set xtics ('' 1)
do for [power = -1:7] { do for [digit in digits] { set xtics add (sprintf('%g', digit * 10.0**power) digit * 10.0**power) } }
set grid xtics linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set yrange [-rows - 0.4:-0.1]
set style fill solid noborder

do for [p = 1:panels] {
	area_left = left + (p - 1) * (area_width + gap)
	area_title = panel_title[p]; area_x = 'time of one image (µs)'; area_y = ''
	@place
	unset ytics
	if (p == 1) {
		set ytics scale 0 font small textcolor rgb black
		set ytics ('' 0)
		do for [r = 1:rows] { set ytics add (row_title[r] -r + 0.1) }
	}
	b = (p - 1) * (rows + 1)
	plot for [r = 1:rows] data index b + r - 1 using 1:2:3 with filledcurves fillcolor rgb '#b8b8b8', \
	     data index b + rows using 1:2:($4 - $1):(0) with vectors nohead linestyle 3, \
	     data index b + rows using 1:2:($3 - $1):(0) with vectors nohead linestyle 2, \
	     data index b + rows using 1:2 with points linestyle 1
	@end_legend
}
unset multiplot
