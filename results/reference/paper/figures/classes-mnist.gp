# classes-mnist.gp - made by: retrial plot experiments/paper.yaml --db results/paper.db --folder results/reference/paper/figures
# Draw it again with: gnuplot -d -c classes-mnist.gp svg (or png, pdf). The numbers are in classes-mnist.tsv.
legend_entries = 0
legend_rows = 0
array legend[1] = ['']
array legend_style[1] = [0]
array legend_line[1] = [0]
array legend_point[1] = [0]
array legend_x[1] = [0]
array legend_row[1] = [0]
panels = 1
array panel_title[1] = ['paper-notebook']
panel_columns = 1
classes = 10
array class_name[10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
class_name_width = 1
cell_height = 20
id = 'classes-mnist'
figure_title = 'Which classes are taken for which, mnist'
array caption[3] = ['Rows: true class, columns: predicted class; per cent of the true class''s test images, mean over seeds', '(n = 10) and folds. Blue: right; the redder, the more wrong, on one scale in all panels; empty: less', 'than 0.05 %.']
caption_lines = 3
plot_height = 270

# ---- style.gp ----
# style.gp - what all figures share: size, fonts, Okabe-Ito colours, title and caption. It comes before plots/KIND.gp in every script.
# Set above: figure_title, caption (array of lines), caption_lines, plot_height (pixels at 96 an inch), and the legend.
# The terminal is the first argument: svg (canonical, the same bytes every time), png or pdf. Width 7 inches, no font below 8 points.

set encoding utf8
set minussign
width = 672.0
title_height = 26.0
legend_height = legend_rows > 0 ? 15.0 * legend_rows + 7 : 0
plot_top = title_height + legend_height
caption_height = 14.0 * caption_lines + 8
height = plot_top + plot_height + caption_height
data = id . '.tsv'
output_as = ARGC > 0 ? ARG1 : 'svg'

# Sizes of fonts are given in pixels at 96 an inch: 10.7 are 8 points. SVG counts pixels, the others points.
font_unit = output_as eq 'svg' ? 1.0 : 0.75
font(pixels) = sprintf(',%.4g', pixels * font_unit)
# The height of a character and the size of a point also differ between terminals.
tic_down = output_as eq 'svg' ? 0.55 : 0.2
point_unit = output_as eq 'svg' ? 0.7 : 1.0
small = font(10.7); normal = font(11.5); large = font(13.5)

if (output_as eq 'svg') {
	set terminal svg noenhanced size width, height font 'Helvetica, Arial, Liberation Sans, sans-serif,10.7' dashlength 1 background '#ffffff'
} else { if (output_as eq 'png') {
	set terminal pngcairo noenhanced size 2 * width, 2 * height font 'Liberation Sans,8' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'
} else {
	set terminal pdfcairo noenhanced size 7, height / 96.0 font 'Liberation Sans,8' linewidth 1 background '#ffffff'
} }
set output id . '.' . output_as

# Okabe and Ito: distinguishable with every kind of colour blindness; dashes and points tell them apart in grey as well.
black = '#000000'; orange = '#e69f00'; sky = '#56b4e9'; green = '#009e73'; yellow = '#f0e442'
blue = '#0072b2'; vermilion = '#d55e00'; purple = '#cc79a7'; grey = '#777777'; pale = '#dddddd'

# Pixels from the top left corner, as gnuplot's fractions of the page from the bottom left.
x_at(pixels) = pixels / width
y_at(pixels) = 1 - pixels / height

title_font = strlen(figure_title) > 95 ? small : strlen(figure_title) > 76 ? normal : large
set label 100 figure_title at screen x_at(10), screen y_at(15) left font title_font front
do for [line = 1:caption_lines] {
	set label 100 + line caption[line] at screen x_at(10), screen y_at(plot_top + plot_height + 14 * line - 3) left font small textcolor rgb '#333333' front
}

# A legend across the figure, above its panels, as labels and arrows (a key would grow into the panels). legend: the texts; legend_x, legend_row:
# where each stands; legend_style: its line style; legend_line, legend_point: whether it shows a line, a point.
unset key
legend_y(k) = y_at(title_height + 12 + 15 * legend_row[k])
set_legend = "do for [k = 1:legend_entries] { \
	set label 200 + k legend[k] at screen x_at(legend_x[k] + 34), screen legend_y(k) left font small front; \
	if (legend_line[k]) { set arrow 200 + k from screen x_at(legend_x[k]), screen legend_y(k) rto screen x_at(28), 0 nohead linestyle legend_style[k] front }; \
	if (legend_point[k]) { set label 300 + k '' at screen x_at(legend_x[k] + 14), screen legend_y(k) point linestyle legend_style[k] front } }"
# After the first panel: title, caption and legend are drawn.
end_legend = "do for [k = 1:legend_entries] { unset label 200 + k; unset label 300 + k; unset arrow 200 + k }; do for [line = 0:caption_lines] { unset label 100 + line }"

# Place the next panel by its plotting area, in pixels from the top left, with its heading and the names of its axes ('' for none).
place = "set lmargin at screen x_at(area_left); set rmargin at screen x_at(area_left + area_width); \
	set tmargin at screen y_at(area_top); set bmargin at screen y_at(area_top + area_height); \
	set label 401 area_title at screen x_at(area_left + area_width / 2.0), screen y_at(area_top - 9) center font normal; \
	set label 402 area_x at screen x_at(area_left + area_width / 2.0), screen y_at(area_top + area_height + 32) center font small; \
	set label 403 area_y at screen x_at(area_left - 42), screen y_at(area_top + area_height / 2.0) center rotate by 90 font small"

# ---- confusion.gp ----
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
