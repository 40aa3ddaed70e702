# ablation.gp - bars of differences to a baseline, with intervals and every seed (harness/report/figure_ablation.c has the numbers). Panel p has two
# blocks of data from 2(p - 1) on: bars, seeds.

set style line 1 linecolor rgb black linewidth 1.1 pointtype 6 pointsize 0.8 * point_unit
set style line 2 linecolor rgb black linewidth 1.4 pointtype 13 pointsize 0.8 * point_unit

left = 20 + 6.0 * row_title_width; right = 18.0; gap = 26.0; above = 22.0; below = 40.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend

set border 1 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set grid xtics linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set yrange [-rows - 0.6:-0.4]
set style fill solid noborder
set errorbars 0.6

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
	set xrange [x_low[p]:x_high[p]]
	set xtics x_step[p]
	set format x sprintf('%%.%df', x_decimals[p])
	set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead linecolor rgb grey linewidth 1 back
	b = 2 * (p - 1)
	plot data index b using 1:2:5:6:7:8 with boxxyerror fillcolor rgb sky, \
	     data index b + 1 using 1:2 with points linestyle 1, \
	     data index b using 1:2:3:4 with xerrorbars linestyle 2
	@end_legend
}
unset multiplot
