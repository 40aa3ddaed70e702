# heatmap.gp - a metric by two parameters (harness/report/figure_heatmap.c has the numbers): one block, a row a field.

stats data index 0 using 3 name 'shade' nooutput
longest = 0
do for [r = 1:rows] { longest = strlen(row_text[r]) > longest ? strlen(row_text[r]) : longest }
area_left = 40.0 + 6.0 * longest; area_width = width - area_left - 18.0
area_top = plot_top + 8.0; area_height = plot_height - 8.0 - 46.0
area_title = ''; area_x = x_label; area_y = ''
@set_legend
@place
set label 403 y_label at screen x_at(12), screen y_at(area_top + area_height / 2.0) center rotate by 90 font small
set border 0
set xrange [0.5:columns + 0.5]
set yrange [-rows - 0.5:-0.5]
set xtics scale 0 font small textcolor rgb black offset 0, tic_down
set ytics scale 0 font small textcolor rgb black
set xtics ('' 0)
set ytics ('' 0)
do for [k = 1:columns] { set xtics add (column_text[k] k) }
do for [r = 1:rows] { set ytics add (row_text[r] -r) }
span = shade_max > shade_min ? shade_max - shade_min : 1
share(v) = (v - shade_min) / span
# From pale to the blue of Okabe and Ito; the text turns white on the darker half.
mix(v, from, to) = int(from + (to - from) * share(v))
colour(v) = mix(v, 238, 0) * 65536 + mix(v, 244, 114) * 256 + mix(v, 250, 178)
ink(v) = share(v) > 0.55 ? 0xffffff : 0x000000
set style fill solid noborder
plot data index 0 using ($3 == $3 ? $1 : NaN):2:(0.48):(0.47):(colour($3)) with boxxyerror linecolor rgb variable, \
     data index 0 using 1:2:(field_text[int($0) + 1]):(ink($3)) with labels font small textcolor rgb variable
