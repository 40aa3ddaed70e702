# misclassified.gp - test images that are classified wrongly (harness/report/figure_misclassified.c has the pixels), each with its two classes.

area_left = 10.0; area_top = plot_top + 4.0
set multiplot
@set_legend
set border 0
unset xtics
unset ytics
set xrange [-0.5:columns - 0.5]
set yrange [lines - 0.5:-0.5]
area_title = ''; area_x = ''; area_y = ''
@place
unit = area_height / lines
do for [k = 1:images] {
	column = (k - 1) % image_columns; row = (k - 1) / image_columns
	set label 1000 + k true_class[k] at first column * step_x + image_width / 2.0, first row * step_y + image_height + 6 / unit center font small front
	set label 2000 + k predicted_class[k] at first column * step_x + image_width / 2.0, first row * step_y + image_height + 19 / unit center font small textcolor rgb vermilion front
}
# A pixel below 0 belongs to no image: nothing is drawn there.
byte(x, shift) = x < 0 ? 0 : color ? (int(x) >> shift) & 255 : x
plot data index 0 matrix using 1:2:(byte($3, 16)):(byte($3, 8)):(byte($3, 0)):($3 < 0 ? 0 : 255) with rgbalpha
unset multiplot
