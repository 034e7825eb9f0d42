//! Attacks on devices without a browser: guessing what is on a screen, asking too fast, coming twice.

use std::time::Duration;

use testkit::{Tapri, all_at_once};

#[tokio::test(flavor = "multi_thread")]
async fn row_37_guessed_codes_hasty_devices_and_second_uses() {
    let tapri = Tapri::plan().settings(|settings| settings.limits.enabled = true).start().await;
    let (asha, mallory) = (tapri.sign_up("asha").await, tapri.sign_up("mallory").await);
    let frame = asha.registers_for_devices("Wall Frame").await;
    let device = frame.on_device("posts:read").await;

    let code = device.user_code();
    let letters = code.chars().filter(|letter| "BCDFGHJKLMNPQRSTVWXZ".contains(*letter)).count();
    assert_eq!((letters, code.len(), code.find('-')), (8, 9, Some(4)), "{code}");

    // Five wrong tries, whichever way they are made, and then not even the right code is answered.
    for number in 0..5 {
        let wrong = format!("BCDF-GHJ{}", ["K", "L", "M", "N", "P"][number]);
        let reply = match number % 2 {
            0 => mallory.looks_at_device(&wrong).await,
            _ => mallory.decides_on_device(&wrong, "allow", &["posts:read"]).await,
        };
        reply.refused(404, "device_code_not_found");
    }
    for reply in [
        mallory.looks_at_device(&code).await,
        mallory.decides_on_device(&code, "allow", &["posts:read"]).await,
        mallory.looks_at_device("BCDF-GHJQ").await,
    ] {
        assert!(!reply.clone().expect(429).header("retry-after").is_empty(), "{reply:?}");
    }
    // Right ones are never counted, and somebody else's mistakes are not hers.
    for _ in 0..8 {
        asha.looks_at_device(&code).await.expect(200);
    }

    // A device that asks too fast waits longer each time.
    device.polls().await.oauth_error(400, "authorization_pending");
    device.polls().await.oauth_error(400, "slow_down");
    tapri.advance(Duration::from_secs(6));
    device.polls().await.oauth_error(400, "slow_down");
    tapri.advance(Duration::from_secs(15));
    device.polls().await.oauth_error(400, "authorization_pending");

    // Nobody else's app gets what was allowed, and fifty who come at once with it are one.
    asha.decides_on_device(&code, "allow", &["posts:read"]).await.expect(200);
    let thief = mallory.registers_for_devices("Thief").await;
    device.polls_as(&thief).await.oauth_error(400, "invalid_grant");
    let answers = all_at_once(50, |_| {
        let call = device.polls();
        async move { call.await }
    })
    .await;
    let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|reply| reply.status() == 200);
    assert_eq!((given.len(), refused.len()), (1, 49));
    for reply in refused {
        reply.oauth_error(400, "invalid_grant");
    }
    let granted = frame.granted(&given[0]);
    granted.caller.get("/api/v1/users/asha").await.expect(200);
    frame.refreshes(&granted.refresh_token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_37_fifty_guesses_at_once_are_fifty_and_two_answers_are_one() {
    let tapri = Tapri::plan().settings(|settings| settings.limits.enabled = true).start().await;
    let (asha, mallory) = (tapri.sign_up("asha").await, tapri.sign_up("mallory").await);
    let frame = asha.registers_for_devices("Wall Frame").await;
    let answers = all_at_once(50, |number| {
        let letters: Vec<char> = "BCDFGHJKLMNPQRSTVWXZ".chars().collect();
        let wrong = format!("BCDF-GH{}{}", letters[number / 20], letters[number % 20]);
        let call = mallory.looks_at_device(&wrong);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 404).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 45, "{answers:?}");

    let device = frame.on_device("posts:read likes:write").await;
    let decisions = all_at_once(5, |number| {
        let allowed = if number % 2 == 0 { "posts:read" } else { "likes:write" };
        let call = asha.decides_on_device(&device.user_code(), "allow", &[allowed]);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(decisions.iter().filter(|status| **status == 200).count(), 1, "{decisions:?}");
    let scope = frame.granted(&device.polls().await.expect(200)).answer["scope"].clone();
    assert!(scope == "posts:read" || scope == "likes:write", "one answer, not two: {scope}");
}
