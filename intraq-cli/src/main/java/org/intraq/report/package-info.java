/**
 * The report of a run: what is measured for it ({@link org.intraq.report.FeatureStudy}, {@link
 * org.intraq.report.LayerStudy}), the charts, and the page that holds them.
 */
package org.intraq.report;
