package com.example.orders;

import io.headrace.JobClient;
import io.headrace.JobHandler;
import io.headrace.broker.Broker;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** One broker and one worker for the application; every handler that is a bean belongs to the worker. */
@Configuration
class HeadraceConfiguration {
    /** Half of what Spring Boot gives a phase of its shutdown, so that handing back what still runs fits in, too. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** Closed after everything that uses it has been stopped. */
    @Bean(destroyMethod = "close")
    Broker broker(@Value("${headrace.redis}") String url, MeterRegistry meters) {
        return RedisBroker.connect(RedisConfig.parse(url), Worker.observer(meters));
    }

    @Bean
    JobClient jobs(Broker broker) {
        return new JobClient(broker);
    }

    @Bean(destroyMethod = "close")
    Worker worker(Broker broker, List<JobHandler<?>> handlers, MeterRegistry meters) {
        WorkerBuilder worker = Worker.builder(broker).queue("orders", 1).slots(8).grace(GRACE).meters(meters);
        handlers.forEach(worker::handler);
        return worker.build();
    }

    /** The worker claims once the application is complete, and stops before anything that its handlers may need. */
    @Bean
    SmartLifecycle workerLifecycle(Worker worker) {
        return new SmartLifecycle() {
            private volatile boolean running;

            @Override
            public void start() {
                worker.start();
                running = true;
            }

            @Override
            public void stop() {
                worker.stop();
                running = false;
            }

            @Override
            public boolean isRunning() {
                return running;
            }
        };
    }
}
