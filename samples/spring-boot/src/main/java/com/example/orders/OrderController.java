package com.example.orders;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Submission;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes orders, and tells what became of them. */
@RestController
class OrderController {
    private final JobClient jobs;

    OrderController(JobClient jobs) {
        this.jobs = jobs;
    }

    /** Answers as soon as the job is stored. */
    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, String> place(@RequestBody Order order) {
        Submission accepted = jobs.enqueue(NewJob.of("orders", ConfirmOrder.TYPE, order).uniqueKey(order.id()).build());
        return Map.of("job", accepted.id().toString());
    }

    /** Waits a little for the end, then tells how it stands. */
    @GetMapping("/orders/jobs/{id}")
    Map<String, String> show(@PathVariable String id) throws InterruptedException {
        Job job = jobs.await(JobId.parse(id), Duration.ofSeconds(10));
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("state", job.state().label());
        Json result = job.document().history().result();
        if (result != null) {
            Confirmation confirmation = result.as(Confirmation.class);
            answer.put("confirmed", confirmation.items() + " items of " + confirmation.order());
        }
        return answer;
    }
}
