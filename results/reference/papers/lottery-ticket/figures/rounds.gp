# rounds.gp - made by: retrial plot experiments/papers/lottery-ticket/lottery-ticket.yaml --db results/lottery-ticket.db --folder results/reference/papers/lottery-ticket/figures
# Draw it again with: gnuplot -d -c rounds.gp svg (or png, pdf). The numbers are in rounds.tsv.
legend_entries = 2
legend_rows = 1
array legend[2] = ['validation', 'training']
array legend_style[2] = [1, 2]
array legend_line[2] = [1, 1]
array legend_point[2] = [1, 1]
array legend_x[2] = [10, 124]
array legend_row[2] = [0, 0]
panels = 10
panel_rows = 3
panel_columns = 4
array panel_name[10] = ['ticket-13: dense', 'ticket-13: left-80', 'ticket-13: left-64', 'ticket-13: left-51', 'ticket-13: left-41', 'ticket-13: left-33', 'ticket-13: left-26', 'ticket-13: left-21', 'ticket-13: left-17', 'ticket-13: left-13']
array panel_title[10] = ['dense', 'left-80', 'left-64', 'left-51', 'left-41', 'left-33', 'left-26', 'left-21', 'left-17', 'left-13']
array panel_series[10] = ['ticket-13', 'ticket-13', 'ticket-13', 'ticket-13', 'ticket-13', 'ticket-13', 'ticket-13', 'ticket-13', 'ticket-13', 'ticket-13']
array panel_row[10] = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
array panel_column[10] = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
array panel_folds[10] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
array panel_first[10] = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
array panel_last[10] = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]
array x_low[10] = [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
array x_high[10] = [6.2, 6.2, 6.2, 6.2, 6.2, 6.2, 6.2, 6.2, 6.2, 6.2]
array x_step[10] = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
array x_decimals[10] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
array y_low[10] = [0.003831065483, 0.003831065483, 0.003831065483, 0.003831065483, 0.002360146915, 0.002360146915, 0.002360146915, 0.002360146915, 0.0009283594398, 0.0009283594398]
array y_high[10] = [0.2380257163, 0.2380257163, 0.2380257163, 0.2380257163, 0.134606834, 0.134606834, 0.134606834, 0.134606834, 0.1700627307, 0.1700627307]
array y_step[10] = [0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]
array y_decimals[10] = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
array curve_style[20] = [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
y_label = 'loss'
id = 'rounds'
figure_title = 'Validation loss by epoch in each round'
array caption[3] = ['Thick lines: mean over all seeds, as long as none has stopped; thin lines: single seeds to their own end', '(n = 8). Band: mean ± standard deviation. Training values are running means over the epoch, with', 'dropout.']
caption_lines = 3
plot_height = 552

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

# ---- curves.gp ----
# curves.gp - learning curves: a panel a phase, a row of panels a series (harness/report/figure_curves.c has the numbers).
# Curve k has two blocks of data: 2k (x, mean, low, high, seeds) and 2k + 1 (x, value; a line a seed).

set style line 1 linecolor rgb blue linewidth 1.6 dashtype 1 pointtype 7 pointsize 0.45 * point_unit
set style line 2 linecolor rgb orange linewidth 1.6 dashtype (6, 3) pointtype 5 pointsize 0.45 * point_unit
set style line 3 linecolor rgb purple linewidth 1.6 dashtype (10, 3, 2, 3) pointtype 9 pointsize 0.5 * point_unit
set style line 4 linecolor rgb vermilion linewidth 1.6 dashtype (2, 2) pointtype 13 pointsize 0.5 * point_unit
set style line 5 linecolor rgb green linewidth 1.6 dashtype (4, 2, 1, 2) pointtype 4 pointsize 0.5 * point_unit
array seed_color[5] = [0x990072b2, 0x99e69f00, 0x99cc79a7, 0x99d55e00, 0x99009e73]
array band_color[5] = [0xcc0072b2, 0xcce69f00, 0xcccc79a7, 0xccd55e00, 0xcc009e73]
set style fill solid noborder

left = 54.0; right = 12.0; gap = 38.0; above = 36.0; below = 38.0
area_width = (width - left - right - gap * (panel_columns - 1)) / panel_columns
row_height = (plot_height) / panel_rows
area_height = row_height - above - below

set multiplot
@set_legend

set border 3 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set ytics nomirror out scale 0.5 font small textcolor rgb black offset 0.6, 0
set grid linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set xtics 1
set ytics 1

do for [p = 1:panels] {
	area_left = left + panel_column[p] * (area_width + gap)
	area_top = plot_top + panel_row[p] * row_height + above
	area_title = panel_title[p]
	area_x = panel_folds[p] ? 'fold' : 'epoch of the phase'
	area_y = panel_column[p] == 0 ? y_label : ''
	@place
	set label 404 panel_series[p] at screen x_at(area_left + area_width / 2.0), screen y_at(area_top - 23) center font normal
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	set xtics 0, x_step[p]
	set ytics y_step[p]
	set format y sprintf('%%.%df', y_decimals[p])
	plot for [k = panel_first[p]:panel_last[p]] data index 2 * k using 1:3:4 with filledcurves linecolor rgb band_color[curve_style[k + 1]], \
	     for [k = panel_first[p]:panel_last[p]] data index 2 * k + 1 using 1:2 with lines linecolor rgb seed_color[curve_style[k + 1]] linewidth 0.7 dashtype 1, \
	     for [k = panel_first[p]:panel_last[p]] data index 2 * k using 1:2 with linespoints linestyle curve_style[k + 1] pointinterval (panel_folds[p] ? 1 : 5)
	@end_legend
}
unset multiplot
