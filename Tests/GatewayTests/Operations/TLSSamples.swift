// SPDX-License-Identifier: Apache-2.0

/// Self-signed certificates of localhost, with their keys; they guard nothing outside these tests.
enum TLSSamples {
    static let one = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUWWlFOzV5meB3U83m4O8yXPvbr9AwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODE2NDIzOFoYDzIxMjYxMTA0
        MTY0MjM4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQrEpHwPChF2HP1VjMPUQMp8dGOJh38IWLfYHdrGvpoQY2LXRuM70P/
        NauQZ3PTG2gGqOEmM4Y3WSIug3F3he6Ao28wbTAdBgNVHQ4EFgQUSMXUNQ9ScMnF
        pemWB5sea9ZupmswHwYDVR0jBBgwFoAUSMXUNQ9ScMnFpemWB5sea9ZupmswDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIhALAEBol8Zymrrmuo03YlEbSu8DK/MGu8Ukz9V+1F78VHAiAo
        5MMdVxXYmonHP5RaBA9j5QEaREc5Uh/9piKGhUQADw==
        -----END CERTIFICATE-----
        """

    static let oneKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9RYL0HyQ0ArSsg4M
        l7og92KWyVvF0YJrT79uUW7PHuOhRANCAAQrEpHwPChF2HP1VjMPUQMp8dGOJh38
        IWLfYHdrGvpoQY2LXRuM70P/NauQZ3PTG2gGqOEmM4Y3WSIug3F3he6A
        -----END PRIVATE KEY-----
        """

    static let two = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUHN71M2e25NTrunhSOTTVHZrbZhAwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODE2NDIzOFoYDzIxMjYxMTA0
        MTY0MjM4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQ8s/03BrE8EriAK+kfIcvalsORZu3TA2aR5FZF3Xw8uFuDCl6I7jud
        aAalLdAj/d9X/oGAR4uZ33jhYENXdsmso28wbTAdBgNVHQ4EFgQULeIUHDjAHfvE
        rv811Xuy497ZN8gwHwYDVR0jBBgwFoAULeIUHDjAHfvErv811Xuy497ZN8gwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIhAP6ubqZyiOGpnHJGbAfxl/IDe9PfT1yww31N00B3Cne+AiAo
        5y7GxzzyYlqmm3xTuBJFVniJ3Dh18SwJpk2VksdnBg==
        -----END CERTIFICATE-----
        """

    static let twoKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgul+WjAj7tHU9K6UG
        C1xYJKhYjH37ZDqF73dzA7XkXZqhRANCAAQ8s/03BrE8EriAK+kfIcvalsORZu3T
        A2aR5FZF3Xw8uFuDCl6I7judaAalLdAj/d9X/oGAR4uZ33jhYENXdsms
        -----END PRIVATE KEY-----
        """
}
