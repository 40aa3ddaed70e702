# images.gp - a sheet of images (harness/report/figure_images.c has the pixels): one picture, a row of images a line of row_title.

left = 64.0; right = 12.0; above = 34.0
area_left = left; area_top = plot_top + above

set multiplot
@set_legend
set border 0
set style line 1 linewidth 1
set xrange [-0.5:columns - 0.5]
set yrange [lines - 0.5:-0.5]
area_title = ''; area_x = ''; area_y = ''
@place
set ytics ('' -1) scale 0 font small textcolor rgb black
do for [r = 1:rows] { set ytics add (row_title[r] (r - 0.5) * step_y - 1) }
unset xtics
set x2range [-0.5:columns - 0.5]
set x2tics ('' -1) scale 0 font small textcolor rgb black
do for [k = 1:images] { set x2tics add (image_name[k] (k - 0.5) * step_x - 1) }
# A pixel below 0 belongs to no image: nothing is drawn there.
byte(x, shift) = x < 0 ? 0 : color ? (int(x) >> shift) & 255 : x
plot data index 0 matrix using 1:2:(byte($3, 16)):(byte($3, 8)):(byte($3, 0)):($3 < 0 ? 0 : 255) with rgbalpha
unset multiplot
