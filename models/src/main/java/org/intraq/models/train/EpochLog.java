package org.intraq.models.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One line of the training log.
 *
 * @param epoch counted from 1
 * @param loss mean of the training loss, smoothing and augmentation included
 * @param accuracy share of training images that were right when they were seen
 * @param learningRate of the last step
 * @param seconds of the epoch, evaluation left out
 * @param imagesPerSecond training rate
 * @param testTop1 right test images; null in epochs without evaluation
 * @param testImages how many there are
 * @param testLoss mean cross-entropy on them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EpochLog(
    int epoch,
    double loss,
    double accuracy,
    @JsonProperty("learning_rate") double learningRate,
    double seconds,
    @JsonProperty("images_per_second") double imagesPerSecond,
    @JsonProperty("test_top1") Integer testTop1,
    @JsonProperty("test_images") Integer testImages,
    @JsonProperty("test_loss") Double testLoss) {}
