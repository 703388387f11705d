"""Made-up pairs of offers, labelled by hand: 1 is the same thing; prices, then brand, part number and GTIN if told."""

from __future__ import annotations

PAIRS = """
1|北欧简约LED护眼台灯 学习阅读 12W|LED护眼台灯北欧简约 学习阅读灯 12W|59|55
1|不锈钢保温杯 500ml 大容量便携|500毫升不锈钢保温杯 便携大容量|39|42
1|纯棉毛巾 加厚吸水 家用洗脸|加厚吸水纯棉毛巾 洗脸家用|12|11
1|304不锈钢打蛋器 手动 厨房烘焙|打蛋器304不锈钢 厨房烘焙手动|9.9|8.5
1|硅胶折叠水杯 户外旅行 350ml|户外旅行硅胶折叠水杯350ML|18|19.5
1|竹制砧板 家用切菜板 40cm|家用竹制砧板切菜板 400mm|45|39
1|蓝牙耳机 无线 入耳式 T13|T13无线蓝牙耳机入耳式|69|75
1|便携小风扇 USB充电 手持 2000mAh|手持便携小风扇USB充电2000毫安|25|24
1|儿童雨衣 卡通 带书包位|卡通儿童雨衣带书包位|35|32
1|陶瓷马克杯 350ml 办公室咖啡杯 白色|办公室咖啡杯陶瓷马克杯白色350毫升|15|16
1|瑜伽垫 10mm 加厚 防滑|加厚防滑瑜伽垫 1cm|49|45
1|机械键盘 K87 青轴 有线|青轴有线机械键盘K87|159|149
1|桌面收纳盒 3个装 透明|透明桌面收纳盒 3只装|29|30
1|厨房电子秤 5kg 烘焙食物称|烘焙食物称厨房电子秤5公斤|35|33
1|Nordic desk lamp LED dimmable 12W|LED dimmable Nordic desk lamp 12 W|19|18
1|Stainless steel water bottle 500ml leakproof|Leakproof stainless steel water bottle, 0.5 L|12|13
1|Bamboo cutting board 40 cm kitchen|Kitchen cutting board bamboo 400mm|22|20
1|Cotton bath towel soft absorbent|Soft absorbent cotton bath towels|9|10
1|Wireless mouse M185 grey|M185 wireless mouse, gray|14|15
1|Foldable silicone cup 350ml travel|Travel silicone foldable cup 350 ml|6|5.5
1|Yoga mat 10mm thick non slip|Non slip thick yoga mat 10 mm|25|22
1|Ceramic coffee mug 350ml white|White ceramic coffee mug 350 ml|7|8
1|Handheld fan USB 2000mAh portable|Portable USB handheld fan 2000 mAh|11|12
1|Storage box clear 3 pack desk|Clear desk storage box pack of 3|13|12
1|Kids raincoat dinosaur with backpack space|Dinosaur kids raincoat backpack space|16|17
1|Digital kitchen scale 5kg|Kitchen scale digital 5000 g|15|14
1|Lamp Aurora table light|极光台灯|30|28|Lumo|AU-1|4006381333931|4006381333931
1|Cordless drill compact kit|Compact drill cordless driver|89|92|Borex|BX-12|
1|USB desk fan quiet 5V|Quiet desk fan USB powered 5V|12|11
1|Leather wallet slim bifold brown|Slim bifold leather wallet brown|24|26
1|不锈钢保温杯 500ml 大容量便携 学生水杯|便携不锈钢保温杯500ml 送礼定制 商务大容量|39|41
1|Nordic desk lamp LED dimmable 12W|Modern LED table lamp, Nordic style, 12W, dimmable, bedroom|19|21
0|不锈钢保温杯 500ml 大容量便携|不锈钢保温杯 750ml 大容量便携|39|45
0|不锈钢保温杯 500ml 红色|不锈钢保温杯 500ml 蓝色|39|39
0|不锈钢保温杯 500ml 大容量|不锈钢保温杯 500ml 大容量 杯盖|39|6
0|桌面收纳盒 3个装 透明|桌面收纳盒 6个装 透明|29|49
0|桌面收纳盒 透明 大号|桌面收纳盒 透明 大号 3个装|12|29
0|蓝牙耳机 无线 入耳式 T13|蓝牙耳机 无线 入耳式 T15|69|79
0|机械键盘 K87 青轴 有线|机械键盘 K87 红轴 有线|159|159
0|机械键盘 K87 青轴 有线|机械键盘 K104 青轴 有线|159|179
0|LED护眼台灯 12W 学习阅读|LED护眼台灯 12W 学习阅读 灯罩|59|15
0|LED护眼台灯 12W 学习阅读|LED护眼台灯 18W 学习阅读|59|79
0|LED护眼台灯 12W 学习阅读|LED护眼台灯 12W 学习阅读 充电款|59|79
0|空气净化器 H13 家用除甲醛|空气净化器 H13 滤芯 家用除甲醛|599|69
0|洗手液 500ml 抑菌 家用|洗手液 500ml 抑菌 家用 补充装|15|9
0|电动牙刷 声波 成人 白色|电动牙刷 声波 成人 白色 刷头|99|19
0|儿童雨衣 卡通 带书包位|成人雨衣 卡通 带书包位|35|39
0|男士跑步鞋 透气 网面|女士跑步鞋 透气 网面|89|89
0|竹制砧板 家用切菜板 40cm|塑料砧板 家用切菜板 40cm|45|25
0|纯棉毛巾 加厚吸水 家用|纯棉浴巾 加厚吸水 家用|12|29
0|304不锈钢打蛋器 手动|316不锈钢打蛋器 手动|9.9|19
0|手机支架 桌面 折叠 铝合金|平板支架 桌面 折叠 铝合金|19|39
0|充电宝 10000mAh 快充|充电宝 20000mAh 快充|59|99
0|U盘 64GB 高速 金属|U盘 128GB 高速 金属|29|49
0|网红爆款北欧ins风台灯卧室床头|网红爆款北欧ins风花瓶卧室床头|39|29
0|网红爆款北欧ins风台灯卧室床头|网红爆款北欧ins风落地灯卧室床头|39|129
0|陶瓷马克杯 带盖带勺 办公室|陶瓷马克杯 办公室|19|12
0|瑜伽垫 加厚 防滑 185x61|瑜伽垫 加厚 防滑 185x80|49|59
0|Stainless steel water bottle 500ml leakproof|Stainless steel water bottle 750ml leakproof|12|15
0|Stainless steel water bottle 500ml leakproof|Stainless steel water bottle 500ml leakproof sleeve|12|5
0|Wireless mouse M185 grey|Wireless mouse M220 grey|14|19
0|Wireless mouse M185 grey|Wireless mouse M185 red|14|14
0|Phone 14 Pro silicone 128GB|Phone 15 Pro silicone 128GB|699|799
0|Phone 14 Pro 128GB black|Phone 14 Pro Max 128GB black|699|799
0|Phone 14 Pro 128GB black|Case for Phone 14 Pro black|699|12
0|Air purifier H13 quiet bedroom|Air purifier H13 replacement filter bedroom|199|29
0|Hand soap lavender 500ml|Hand soap lavender 500ml refill|6|4
0|Storage box clear desk|Storage box clear desk 3 pack|5|13
0|Storage box clear desk 3 pack|Storage box clear desk 6 pack|13|23
0|Cotton bath towel soft absorbent|Cotton hand towel soft absorbent|9|5
0|Mens running shoes breathable mesh|Womens running shoes breathable mesh|39|39
0|Electric toothbrush sonic white|Electric toothbrush heads sonic white|39|12
0|Bamboo cutting board 40 cm kitchen|Plastic cutting board 40 cm kitchen|22|9
0|USB cable 1m fast charging|USB cable 2m fast charging|5|7
0|Desk lamp LED 12W warm light|Desk lamp LED 12W cool light|19|19
0|Trendy boho aesthetic home decor gift vase|Trendy boho aesthetic home decor gift lamp|22|25
0|Trendy boho aesthetic home decor gift table lamp|Trendy boho aesthetic home decor gift floor lamp|22|89
0|Coffee beans espresso 1kg|Coffee beans espresso decaf 1kg|19|21
0|Coffee beans espresso 1kg|Coffee beans filter roast 1kg|19|19
0|Garden hose 15m flexible|Garden hose 15m flexible nozzle|29|9
0|Laptop stand aluminium foldable|Laptop bag aluminium foldable|25|29
0|Blender 600W glass jar|Glass jar for blender 600W|49|15
0|Drill cordless compact kit|Drill cordless compact kit|89|85|Borex/Torvik|BX-12/TV-9|
0|Puzzle landscape 1000 pieces|Puzzle landscape 500 pieces|15|10
"""
# Written after the rule and never used to change it.
HELD_OUT = """
1|加湿器 桌面 静音 300ml 白色|白色桌面静音加湿器300毫升|49|46
1|折叠购物袋 防水 便携 大号|大号便携防水折叠购物袋|8|9
1|猫抓板 瓦楞纸 耐磨|耐磨瓦楞纸猫抓板 猫咪玩具|12|11
1|数显游标卡尺 150mm|游标卡尺数显 15cm 高精度|39|36
1|Travel pillow memory foam neck|Memory foam neck travel pillow|15|16
1|Phone tripod 120cm aluminium|Aluminium phone tripod 1.2 m|21|20
1|Silicone baking mat 40cm|Baking mat, silicone, 400 mm, reusable|8|9
1|Cat scratcher cardboard curved|Curved cardboard cat scratching board|11|12
1|Webcam C920 1080p|C920 webcam with microphone 1080p|69|65
1|保鲜盒 玻璃 1L 微波炉可用|玻璃保鲜盒 1000ml 可微波|22|20
0|加湿器 桌面 静音 300ml 白色|加湿器 桌面 静音 500ml 白色|49|59
0|加湿器 桌面 静音 白色|加湿器 桌面 静音 白色 棉芯|49|5
0|猫抓板 瓦楞纸 耐磨|狗咬绳 瓦楞纸 耐磨|12|11
0|折叠购物袋 防水 大号|折叠购物袋 防水 小号|8|6
0|数显游标卡尺 150mm|数显游标卡尺 200mm|39|49
0|保鲜盒 玻璃 1L|保鲜盒 玻璃 1L 5件套|22|89
0|拖鞋 浴室 防滑 情侣 蓝色 42码|拖鞋 浴室 防滑 情侣 蓝色 44码|19|19
0|鼠标垫 加厚 锁边 黑色|鼠标垫 加厚 锁边 黑色 超大|9|25
0|Travel pillow memory foam neck|Travel pillow inflatable neck|15|9
0|Webcam C920 1080p|Webcam C922 1080p|69|89
0|Webcam C920 1080p|Webcam C920 1080p mount|69|9
0|Phone tripod 120cm aluminium|Phone tripod 160cm aluminium|21|29
0|Guitar strings light gauge|Guitar strings heavy gauge|9|9
0|Rechargeable AA batteries 4 pack|Rechargeable AA batteries 8 pack|12|21
0|Baby bottle 240ml slow flow|Baby bottle 240ml slow flow nipple|11|4
0|Smart watch 2 GPS|Smart watch 3 GPS|129|179
0|Office chair mesh ergonomic|Office chair mesh ergonomic headrest|129|25
0|Dog bed large washable|Dog bed small washable|39|25
0|Printer ink black 305|Printer ink black 305XL|15|29
0|Dog bed washable|Dog bed washable XL|29|49
"""
