import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * One burst of Confluent's Parallel Consumer over a topic that is full: bench/run kafka runs it in turn with the others.
 * BROKERS TOPIC EVENTS HANDLER_MS SECONDS: all EVENTS with a handler that only counts (HANDLER_MS 0), else what
 * handlers that sleep so long do in SECONDS. Keyed order, ten at a time. Records stay bytes: nothing is decoded.
 * The first tenth of the events, or the first half second, is its warm-up.
 */
public final class ParallelConsumerBurst {
  private static final int WORKERS = 10;
  private static final AtomicLong handled = new AtomicLong();

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  public static void main(String[] arguments) throws Exception {
    final String topic = arguments[1];
    final long events = Long.parseLong(arguments[2]);
    final long handlerMs = Long.parseLong(arguments[3]);
    final double seconds = Double.parseDouble(arguments[4]);
    final long warmUp = handlerMs > 0 ? 1 : events / 10;
    final CountDownLatch warm = new CountDownLatch(1);
    final CountDownLatch done = new CountDownLatch(1);
    final Map<String, Object> settings = Map.of(
        "bootstrap.servers", arguments[0], "group.id", "bench-" + UUID.randomUUID(), "auto.offset.reset", "earliest",
        "enable.auto.commit", false, "isolation.level", "read_committed");
    final var options = ParallelConsumerOptions.<String, byte[]>builder()
        .consumer(new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer()))
        .ordering(ParallelConsumerOptions.ProcessingOrder.KEY)
        .commitMode(ParallelConsumerOptions.CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
        .maxConcurrency(WORKERS)
        .build();
    final var processor = ParallelStreamProcessor.createEosStreamProcessor(options);
    processor.subscribe(List.of(topic));
    processor.poll(context -> {
      if (handlerMs > 0) sleep(handlerMs);
      final long count = handled.incrementAndGet();
      if (count == warmUp) warm.countDown();
      if (count == events) done.countDown();
    });
    await(warm);
    if (handlerMs > 0) Thread.sleep(500);
    final long before = handled.get();
    final long cpu = cpuNanos();
    final long begin = System.nanoTime();
    if (handlerMs > 0) Thread.sleep((long) (seconds * 1000));
    else await(done);
    final double rate = (handled.get() - before) * 1e9 / (System.nanoTime() - begin);
    final double cpuMicros = (cpuNanos() - cpu) / 1e3 / (handled.get() - before);
    System.out.printf(Locale.ROOT, "{\"events_per_s\": %.1f, \"cpu_us_per_event\": %.3f}%n", rate, cpuMicros);
    System.out.flush();
    Runtime.getRuntime().halt(0); // it would first handle what it has taken
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    if (latch.await(60, TimeUnit.SECONDS)) return;
    System.err.println("ParallelConsumerBurst: the handler did not see every event");
    System.exit(1);
  }
}
