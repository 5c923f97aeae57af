package org.intraq.report;

import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.intraq.images.ContactSheet;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Charts as PNG bytes, all in one style. */
final class Charts {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final Color[] COLORS = {
    new Color(0x1f77b4),
    new Color(0xd95f02),
    new Color(0x2ca02c),
    new Color(0x7570b3),
    new Color(0x8c564b),
    new Color(0x666666)
  };
  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE, SeriesMarkers.TRIANGLE_UP, SeriesMarkers.SQUARE
  };

  /** Values over a common axis. */
  record Line(String name, double[] x, double[] y) {
    /** Whether a logarithmic axis would show any of it. */
    boolean hasPositive() {
      return Arrays.stream(y).anyMatch(v -> Double.isFinite(v) && v > 0);
    }
  }

  private Charts() {}

  /** Lines, on demand with a logarithmic vertical axis; what is not positive is left out there. */
  static byte[] lines(String x, String y, boolean logarithmic, List<Line> lines) {
    XYChart chart =
        new XYChartBuilder().width(WIDTH).height(HEIGHT).xAxisTitle(x).yAxisTitle(y).build();
    style(chart.getStyler());
    chart.getStyler().setYAxisLogarithmic(logarithmic);
    int used = 0;
    for (Line line : lines) {
      List<Double> xs = new ArrayList<>();
      List<Double> ys = new ArrayList<>();
      for (int i = 0; i < line.x.length; i++) {
        if (Double.isFinite(line.y[i]) && (!logarithmic || line.y[i] > 0)) {
          xs.add(line.x[i]);
          ys.add(line.y[i]);
        }
      }
      if (!xs.isEmpty()) {
        var series = chart.addSeries(line.name, xs, ys);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(COLORS[used++ % COLORS.length]);
        series.setLineWidth(1.4f);
      }
    }
    return used == 0 ? null : png(chart);
  }

  /** Points of several sets. */
  static byte[] scatter(String x, String y, List<Line> sets) {
    XYChart chart =
        new XYChartBuilder().width(WIDTH).height(520).xAxisTitle(x).yAxisTitle(y).build();
    style(chart.getStyler());
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    chart.getStyler().setMarkerSize(8);
    for (int i = 0; i < sets.size(); i++) {
      var series = chart.addSeries(sets.get(i).name, sets.get(i).x, sets.get(i).y);
      series.setMarker(MARKERS[i % MARKERS.length]);
      series.setMarkerColor(COLORS[i % COLORS.length]);
    }
    return png(chart);
  }

  /** Bars by name, one colour a series. */
  static byte[] bars(String y, List<String> names, Map<String, List<Double>> series) {
    CategoryChart chart =
        new CategoryChartBuilder().width(WIDTH).height(HEIGHT + 60).yAxisTitle(y).build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLabelRotation(60);
    chart.getStyler().setAvailableSpaceFill(0.8);
    int used = 0;
    for (var entry : series.entrySet()) {
      chart
          .addSeries(entry.getKey(), names, entry.getValue())
          .setFillColor(COLORS[used++ % COLORS.length]);
    }
    return png(chart);
  }

  private static void style(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(new Color(0xdddddd));
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(org.knowm.xchart.style.Styler.LegendLayout.Horizontal);
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
  }

  private static byte[] png(Chart<?, ?> chart) {
    return ContactSheet.png(BitmapEncoder.getBufferedImage(chart));
  }
}
