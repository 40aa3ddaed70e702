# parallel.gp - parallel coordinates (harness/report/figure_parallel.c has the numbers): block 0 has the lines, block 1 where the labels stand.

area_left = 70.0; area_width = width - 2 * area_left
area_top = plot_top + 34.0; area_height = plot_height - 34.0 - 16.0
area_title = ''; area_x = ''; area_y = ''
@set_legend
@place
set border 0
unset xtics
unset ytics
set xrange [1:axes]
set yrange [-0.02:1.02]
# From pale to the blue of Okabe and Ito.
mix(share, from, to) = int(from + (to - from) * share)
colour(share) = mix(share, 224, 0) * 65536 + mix(share, 214, 90) * 256 + mix(share, 196, 170)
do for [a = 1:axes] {
	set arrow 500 + a from first a, graph 0 to first a, graph 1 nohead linecolor rgb black linewidth 0.8 front
	set label 500 + a axis_title[a] at first a, screen y_at(area_top - 12 - (stagger && a % 2 ? 13 : 0)) center font small front
}
# A label stands on white: the lines that end at its axis pass behind it.
letter = 5.9 * (axes - 1) / area_width; label_width(k) = letter * (strlen(tick_text[k]) + 1)
label_left = 0.6 * (axes - 1) / area_width; label_height = 13.0 * 1.04 / area_height
plot data index 0 using 1:2:(colour($3)) with lines linecolor rgb variable linewidth 1.4, \
     data index 1 using ($1 + label_left + label_width(int($0) + 1) / 2):2:(label_width(int($0) + 1) / 2):(label_height / 2) \
	with boxxyerror fillstyle solid noborder fillcolor rgb '#ffffff', \
     data index 1 using 1:2:(' '.tick_text[int($0) + 1]) with labels left font small
