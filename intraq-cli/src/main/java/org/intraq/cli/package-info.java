/**
 * The command line. {@link org.intraq.cli.Main} lists the commands, one class each; {@link
 * org.intraq.cli.CommonOptions} is what they share; {@link org.intraq.cli.Failures} is the one
 * place that turns exceptions into sentences and exit codes.
 */
package org.intraq.cli;
