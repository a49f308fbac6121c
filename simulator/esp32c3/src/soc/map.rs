//! Which peripheral answers at which address; TRM, section 3.3.5, "Module/Peripheral Address Mapping".

use super::register_names::TABLE;

hil_sim_core::blocks! {
    /// A block of registers.
    pub enum DeviceId, inert [Fe2, Nrx, Bb, BtBaseband, Modem], names [TABLE] {
        Uart0 "UART0" 0x6000_0000;
        Spi1 "SPI1" 0x6000_2000;
        Spi0 "SPI0" 0x6000_3000;
        Gpio "GPIO" 0x6000_4000;
        GpioSd "GPIO_SD" 0x6000_4F00;
        Fe2 "FE2" 0x6000_5000;
        Fe "FE" 0x6000_6000;
        RtcCntl "RTC_CNTL" 0x6000_8000;
        Efuse "EFUSE" 0x6000_8800;
        IoMux "IO_MUX" 0x6000_9000;
        RtcI2c "RTC_I2C" 0x6000_E000;
        Uart1 "UART1" 0x6001_0000;
        BtBaseband "BT_BB" 0x6001_1000;
        Modem "MODEM" 0x6001_2000;
        I2c0 "I2C0" 0x6001_3000;
        Uhci0 "UHCI0" 0x6001_4000;
        Rmt "RMT" 0x6001_6000;
        Ledc "LEDC" 0x6001_9000;
        Nrx "NRX" 0x6001_C000;
        Bb "BB" 0x6001_D000;
        Timg0 "TIMG0" 0x6001_F000;
        Timg1 "TIMG1" 0x6002_0000;
        Systimer "SYSTIMER" 0x6002_3000;
        Spi2 "SPI2" 0x6002_4000;
        ApbCtrl "APB_CTRL" 0x6002_6000;
        Twai0 "TWAI0" 0x6002_B000;
        I2s0 "I2S0" 0x6002_D000;
        BtMac "BT_MAC" 0x6003_1000;
        WifiMac "WIFI_MAC" 0x6003_3000;
        WifiTransmit "WIFI_MAC_TX" 0x6003_4000;
        WifiPower "WIFI_MAC_PWR" 0x6003_5000;
        Aes "AES" 0x6003_A000;
        Sha "SHA" 0x6003_B000;
        Rsa "RSA" 0x6003_C000;
        Ds "DS" 0x6003_D000;
        Hmac "HMAC" 0x6003_E000;
        Gdma "DMA" 0x6003_F000;
        ApbSaradc "APB_SARADC" 0x6004_0000;
        UsbSerialJtag "USB_DEVICE" 0x6004_3000;
        System "SYSTEM" 0x600C_0000;
        Sensitive "SENSITIVE" 0x600C_1000;
        InterruptMatrix "INTERRUPT_CORE0" 0x600C_2000;
        Extmem "EXTMEM" 0x600C_4000;
        MmuTable "MMU_TABLE" 0x600C_5000;
        XtsAes "XTS_AES" 0x600C_C000;
        Openeth "OPENETH" 0x600C_D000;
        AssistDebug "ASSIST_DEBUG" 0x600C_E000;
        WorldController "WCL" 0x600D_0000;
    }
}
