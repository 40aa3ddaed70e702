# confusion.gp - confusion matrices (harness/report/figure_confusion.c has the numbers). Panel p has two blocks from 2(p - 1) on: right and wrong
# predictions, as column, row (downwards), per cent.

names = 24 + 6.0 * class_name_width
gap = 16.0
area_width = (width - 16 - panel_columns * names - gap * (panel_columns - 1)) / panel_columns
if (area_width > classes * 46.0) { area_width = classes * 46.0 }
area_height = classes * cell_height
row_height = area_height + 64 + 6 * class_name_width

set multiplot
set border 0
set style fill solid border rgb '#ffffff'
# One scale for all panels and all figures: per cent of a true class.
set palette defined (0 '#ffffff', 1 '#fdeee2', 5 '#f8cfae', 20 '#ee9a5c', 50 '#d55e00', 100 '#a04600')
set cbrange [0:100]
unset colorbox
set xrange [-0.5:classes - 0.5]
set yrange [-classes + 0.5:0.5]
percent(x) = x < 0.05 ? '' : x >= 99.95 ? '100' : sprintf('%.1f', x)

do for [p = 1:panels] {
	column = (p - 1) % panel_columns
	area_left = 8 + names + column * (area_width + names + gap)
	area_top = plot_top + 30 + row_height * ((p - 1) / panel_columns)
	area_title = panel_title[p]; area_x = ''; area_y = ''
	@place
	set label 402 'predicted class' at screen x_at(area_left + area_width / 2.0), screen y_at(area_top + area_height + 14 + 5.6 * class_name_width) center font small
	set label 403 'true class' at screen x_at(area_left - names + 6), screen y_at(area_top + area_height / 2.0) center rotate by 90 font small
	set xtics ('' -1) scale 0 rotate by 90 right font small textcolor rgb black
	set ytics ('' 1) scale 0 font small textcolor rgb black
	do for [k = 1:classes] {
		set xtics add (class_name[k] k - 1)
		set ytics add (class_name[k] 1 - k)
	}
	b = 2 * (p - 1)
	plot data index b using 1:2:(0.5):(0.5) with boxxyerror fillcolor rgb '#cfe4f2', \
	     data index b + 1 using 1:2:(0.5):(0.5):3 with boxxyerror fillcolor palette, \
	     data index b using 1:2:(percent($3)) with labels font small, \
	     data index b + 1 using 1:2:(percent($3)) with labels font small
	@end_legend
}
unset multiplot
